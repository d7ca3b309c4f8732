"""Months are exported after each sync of costs, and left alone until the next."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import Settings

from clouds.storage import delete_file, list_files, write_file
from clouds.testing import account
from core.testing.clock import NOW
from core.testing.places import KINDS
from core.windows import last_complete_days
from costs.focus.schedule import export_due_months
from costs.lines.testing import line, store_lines
from costs.tasks import export_focus
from costs.testing import store_costs
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = pytest.mark.django_db


def names(later: int = 0) -> list[str]:
    return [
        one.rpartition("/")[2]
        for one in export_due_months(NOW + timedelta(hours=later))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_sync_makes_both_months_due_once(
    settings: Settings, place_of: Callable[[str], str], kind: str
) -> None:
    owner, place = account(), place_of(kind).replace("/deep", "/focus")
    store_costs(owner, last_complete_days(3, NOW), {"AWS Lambda": "1"})
    settings.FOCUS_EXPORT_DIR = place
    assert names() == []
    run(owner, Dataset.COST, NOW - timedelta(hours=1))
    assert names() == ["2026-10.parquet", "2026-11.parquet"]
    run(owner, Dataset.CPU, NOW + timedelta(hours=1))
    assert names(later=1) == []
    run(owner, Dataset.COST, NOW + timedelta(hours=2))
    assert len(names(later=3)) == 2
    assert names(later=4) == []
    found = {one.name: one.location for one in list_files(place)}
    assert [*found] == [
        "focus-1.2/2026-10.parquet",
        "focus-1.2/2026-11.parquet",
        "focus-1.2/_exported.json",
    ]
    delete_file(found["focus-1.2/2026-10.parquet"])
    cache.clear()
    assert names(later=5) == ["2026-10.parquet"]
    write_file(BytesIO(b"{"), f"{place}/focus-1.2", "_exported.json", replaces=True)
    cache.clear()
    assert len(names(later=5)) == 2


def test_lines_that_are_written_after_their_costs_make_months_due(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LINE_ITEMS_DIR = tmp_path / "lines"
    settings.FOCUS_EXPORT_DIR = str(tmp_path / "focus")
    owner = account()
    run(owner, Dataset.COST, NOW)
    assert len(names()) == 2
    store_lines(owner, date(2026, 11, 1), [line(date(2026, 11, 1), "1")])
    assert len(names(later=1)) == 2
    assert names(later=2) == []


def test_nothing_is_written_without_a_folder(settings: Settings) -> None:
    settings.FOCUS_EXPORT_DIR = ""
    run(account(), Dataset.COST, NOW)
    assert names() == []


def test_a_folder_that_cannot_be_written_is_one_sentence(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(account(), Dataset.COST, NOW)
    (tmp_path / "file").touch()
    settings.FOCUS_EXPORT_DIR = str(tmp_path / "file")
    export_focus()
    assert "focus: " in caplog.text and "can't be reached: [Errno" in caplog.text
