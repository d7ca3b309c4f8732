"""Who prunes is recorded, with or without a name on the host."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError

from archives.models import Archive
from archives.tests.months import run, store_old_months
from clouds.testing import account

pytestmark = pytest.mark.django_db


def no_name() -> str:
    raise KeyError("getpwuid(): uid not found: 4242")


def test_a_user_without_a_name_prunes_and_restores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", no_name)
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    run("restore_archive", "cost", "2024-03")
    archive = Archive.objects.get(month="2024-03-01")
    mine = f"user {os.getuid()} (command)"
    assert (archive.pruned_by, archive.restored_by) == (mine, mine)


def test_a_name_may_be_as_long_as_the_host_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "a" * 256)
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    assert set(Archive.objects.values_list("pruned_by", flat=True)) == {
        "a" * 139 + " (command)"
    }


@pytest.mark.parametrize("months", [-1, 15, 1201, 10**9])
def test_months_that_are_no_age_are_refused(months: int) -> None:
    with pytest.raises(CommandError, match="at least 16 and at most 1200") as caught:
        run("prune", f"--older-than-months={months}")
    assert caught.value.returncode == 2


@pytest.mark.parametrize("text", ["0000-01", "٢٠٢٤-03", "2024-3"])
def test_what_is_no_month_of_a_calendar_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is no month"):
        run("restore_archive", "cost", text)
