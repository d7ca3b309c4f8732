"""Old months go to files and come back, and nothing is lost on the way."""

import re
from pathlib import Path
from typing import BinaryIO

import boto3
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import connection

from archives import prune as pruning
from archives.models import Archive
from archives.tests.months import (
    APRIL,
    DAY_TABLES,
    MARCH,
    contents,
    run,
    store_old_months,
    sums,
)
from clouds.models import CloudAccount
from clouds.storage import write_file
from clouds.testing import account
from clouds.versions import data_version
from core.testing.aws_emulator import EmulatedAws
from costs.models import CostTotal, DailyCost, TagCost
from costs.testing import tag_sums_miss_rows, tagged
from metrics.models import CpuMetric
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def test_it_only_says_what_it_would_do(tmp_path: Path) -> None:
    store_old_months(account())
    before = contents()
    text = run("prune", "--to", tmp_path)
    assert "Daily costs of 2024-03: 4 rows" in text
    assert "CPU of 2024-04: 2 rows" in text
    assert "Nothing was done" in text
    assert contents() == before
    assert not list(tmp_path.iterdir())


def test_months_go_and_come_back_as_they_were(tmp_path: Path) -> None:
    store_old_months(account())
    before, kept = contents(), sums()
    text = run("prune", "--to", tmp_path, "--yes")
    assert re.search(
        rf"now in {tmp_path}/cost/cost-2024-03-[0-9a-f]{{8}}-[0-9a-f]{{16}}\.parquet",
        text,
    )
    assert not any(contents())
    assert not tag_sums_miss_rows()
    assert Archive.objects.count() == 2 * len(DAY_TABLES)
    for table in DAY_TABLES:
        for month in ("2024-03", "2024-04"):
            assert "rows are back" in run("restore_archive", table, month)
    assert contents() == before
    assert sums() == kept
    assert not tag_sums_miss_rows()


def test_a_month_whose_sums_would_be_too_large_does_not_come_back(
    tmp_path: Path,
) -> None:
    """As others spent on the same tag meanwhile."""
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    tagged(account(), MARCH, "shop", largest)
    run("prune", "tag", "--to", tmp_path, "--yes")
    tagged(account(2, "staging"), MARCH, "shop", largest)
    with pytest.raises(CommandError, match="^2024-03: What a month costs is larger"):
        run("restore_archive", "tag", "2024-03")
    assert TagCost.objects.count() == 1
    assert not tag_sums_miss_rows()


def test_what_the_rows_sum_to_stays_and_so_does_the_bill(tmp_path: Path) -> None:
    store_old_months(account())
    kept = sums()
    run("prune", "cost", "--to", tmp_path, "--yes")
    assert sums() == kept
    assert CostTotal.objects.count() == 4
    assert not CostTotal.objects.unreconciled().exists()
    assert CpuMetric.objects.count() == 4


@pytest.mark.parametrize(
    ("table", "dataset"),
    [
        *(("cost", Dataset.COST), ("cpu", Dataset.CPU), ("network", Dataset.CPU)),
        *(("cpu", Dataset.USAGE), ("usage", Dataset.USAGE)),
    ],
)
def test_what_was_answered_of_the_rows_is_stale(
    tmp_path: Path, admin_user: User, table: str, dataset: Dataset
) -> None:
    store_old_months(account())
    versions = [data_version(admin_user, dataset)]
    run("prune", table, "--to", tmp_path, "--yes")
    versions.append(data_version(admin_user, dataset))
    run("restore_archive", table, "2024-03")
    versions.append(data_version(admin_user, dataset))
    assert len(set(versions)) == 3


def test_a_second_time_finds_nothing(tmp_path: Path) -> None:
    store_old_months(account())
    run("prune", "--to", tmp_path, "--yes")
    assert run("prune", "--to", tmp_path, "--yes") == "Nothing is that old.\n"


def test_a_month_that_a_sync_may_read_again_stays(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least 16") as caught:
        run("prune", "--older-than-months", 15, "--to", tmp_path)
    assert caught.value.returncode == 2


def test_a_file_that_is_not_what_was_written_deletes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_old_months(account())
    before = contents()

    def write_cut(draft: BinaryIO, place: str, name: str) -> str:
        location = write_file(draft, place, name)
        Path(location).write_bytes(Path(location).read_bytes()[:-1])
        return location

    monkeypatch.setattr(pruning, "write_file", write_cut)
    with pytest.raises(CommandError, match="is not the file that was written"):
        run("prune", "--to", tmp_path, "--yes")
    assert contents() == before
    assert not Archive.objects.exists()


def test_rows_that_are_written_meanwhile_are_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    store_old_months(owner)

    def write_meanwhile(draft: BinaryIO, place: str, name: str) -> str:
        DailyCost.objects.filter(day__lt=APRIL).update(billed=7)
        return write_file(draft, place, name)

    monkeypatch.setattr(pruning, "write_file", write_meanwhile)
    with pytest.raises(CommandError, match="written to meanwhile"):
        run("prune", "cost", "--to", tmp_path, "--yes")
    assert DailyCost.objects.filter(day__gte=MARCH, day__lt=APRIL).count() == 4


def test_a_place_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    store_old_months(account())
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="can't be reached"):
        run("prune", "--to", tmp_path / "file", "--yes")
    assert DailyCost.objects.count() == 8


def test_another_file_is_not_restored(tmp_path: Path) -> None:
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    path = Path(Archive.objects.get(month=MARCH).location)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(CommandError, match="SHA-256"):
        run("restore_archive", "cost", "2024-03")
    assert not DailyCost.objects.exists()


def test_a_month_is_restored_once(tmp_path: Path) -> None:
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    run("restore_archive", "cost", "2024-03")
    with pytest.raises(CommandError, match="No archive holds cost of 2024-03"):
        run("restore_archive", "cost", "2024-03")
    assert "restored" in run("restore_archive", "--list")


def test_rows_of_an_account_that_is_gone_are_refused(tmp_path: Path) -> None:
    owner = account()
    store_old_months(owner)
    run("prune", "cost", "--to", tmp_path, "--yes")
    remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
    with pytest.raises(CommandError, match="account aws 000000000001"):
        run("restore_archive", "cost", "2024-03")


@pytest.mark.parametrize("bad", ["2024", "2024-13", "March"])
def test_what_is_no_month_is_refused(bad: str) -> None:
    with pytest.raises(CommandError, match="is no month"):
        run("restore_archive", "cost", bad)


@pytest.mark.parametrize("given", [(), ("cost",)])
def test_to_restore_takes_a_table_and_a_month(given: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="Give a table and a month, or --list"):
        run("restore_archive", *given)


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="no table rows"):
        run("prune", "rows")


def test_a_bucket_keeps_them_too(aws: EmulatedAws) -> None:
    store_old_months(account())
    before = contents()
    boto3.client("s3").create_bucket(Bucket="history")
    text = run("prune", "cost", "--to", "s3://history/cloudintel", "--yes")
    assert "now in s3://history/cloudintel/cost/cost-2024-03-" in text
    for month in ("2024-03", "2024-04"):
        run("restore_archive", "cost", month)
    assert contents() == before
