"""Which try a run is: those of a backfill's part and ordinary ones are apart."""

from datetime import timedelta

import pytest

from core.testing.clock import NOW
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.testing import part_run, proposed, read_account, run

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_a_part_that_fails_makes_no_ordinary_run_a_later_try() -> None:
    backfill = proposed()
    for attempt in (1, 2, 3):
        at = NOW + attempt * SECOND
        part_run(backfill, at, status=SyncRun.Status.FAILED, attempt=attempt)
    assert claim(backfill.account, Dataset.COST, NOW + MINUTE).attempt == 1


def test_an_ordinary_run_that_fails_makes_no_part_a_later_try() -> None:
    owner = read_account()
    for attempt in (1, 2, 3):
        at = NOW + attempt * SECOND
        run(owner, Dataset.COST, at, status=SyncRun.Status.FAILED, attempt=attempt)
    part = proposed(owner).windows.order_by("-start")[0]
    assert claim(owner, Dataset.COST, NOW + MINUTE, part=part).attempt == 1
    assert claim(owner, Dataset.COST, NOW + MINUTE).attempt == 4


def test_each_part_counts_its_own() -> None:
    backfill = proposed()
    part_run(backfill, NOW, status=SyncRun.Status.FAILED, attempt=2)
    newest, other = backfill.windows.order_by("-start")[:2]
    assert claim(backfill.account, Dataset.COST, NOW + MINUTE, part=newest).attempt == 3
    assert claim(backfill.account, Dataset.COST, NOW + MINUTE, part=other).attempt == 1
