"""Old months go to files and come back, and nothing is lost on the way."""

from io import StringIO
from pathlib import Path

import boto3
import pytest
from django.core.management import CommandError, call_command

from archives import prune as pruning
from archives.models import Archive
from archives.storage import write_file
from archives.tests.months import APRIL, MARCH, store_old_months, sums
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.aws_emulator import EmulatedAws
from costs.models import CostTotal, DailyCost
from metrics.models import CpuMetric, NetworkMetric
from syncs.accounts.changes import remove_accounts

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def told(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def contents() -> list[list[tuple[object, ...]]]:
    """Everything that may be pruned, but for the keys of the rows."""
    return [
        sorted(
            (tuple(v for k, v in row.items() if k != "id") for row in rows), key=repr
        )
        for rows in (
            DailyCost.objects.values(),
            CpuMetric.objects.values(),
            NetworkMetric.objects.values(),
        )
    ]


def test_it_only_says_what_it_would_do(tmp_path: Path) -> None:
    store_old_months(account())
    before = contents()
    text = told("prune", "--to", tmp_path)
    assert "Daily costs of 2024-03: 4 rows" in text
    assert "CPU of 2024-04: 2 rows" in text
    assert "Nothing was done" in text
    assert contents() == before
    assert not list(tmp_path.iterdir())


def test_months_go_and_come_back_as_they_were(tmp_path: Path) -> None:
    store_old_months(account())
    before, kept = contents(), sums()
    text = told("prune", "--to", tmp_path, "--yes")
    assert f"now in {tmp_path}/cost/cost-2024-03.parquet" in text
    assert contents() == [[], [], []]
    assert Archive.objects.count() == 6
    for table in ("cost", "cpu", "network"):
        for month in ("2024-03", "2024-04"):
            assert "rows are back" in told("restore_archive", table, month)
    assert contents() == before
    assert sums() == kept


def test_what_the_rows_sum_to_stays_and_so_does_the_bill(tmp_path: Path) -> None:
    store_old_months(account())
    kept = sums()
    told("prune", "cost", "--to", tmp_path, "--yes")
    assert sums() == kept
    assert CostTotal.objects.count() == 4
    assert not CostTotal.objects.unreconciled().exists()
    assert CpuMetric.objects.count() == 4


def test_a_second_time_finds_nothing(tmp_path: Path) -> None:
    store_old_months(account())
    told("prune", "--to", tmp_path, "--yes")
    assert told("prune", "--to", tmp_path, "--yes") == "Nothing is that old.\n"


def test_a_month_that_a_sync_may_read_again_stays(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least 16") as caught:
        told("prune", "--older-than-months", 15, "--to", tmp_path)
    assert caught.value.returncode == 2


def test_a_file_that_is_not_what_was_written_deletes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_old_months(account())
    before = contents()

    def write_cut(draft: Path, place: str, name: str) -> str:
        location = write_file(draft, place, name)
        Path(location).write_bytes(draft.read_bytes()[:-1])
        return location

    monkeypatch.setattr(pruning, "write_file", write_cut)
    with pytest.raises(CommandError, match="is not what was written"):
        told("prune", "--to", tmp_path, "--yes")
    assert contents() == before
    assert not Archive.objects.exists()


def test_rows_that_are_written_meanwhile_are_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    store_old_months(owner)

    def write_meanwhile(draft: Path, place: str, name: str) -> str:
        DailyCost.objects.filter(day__lt=APRIL).update(billed=7)
        return write_file(draft, place, name)

    monkeypatch.setattr(pruning, "write_file", write_meanwhile)
    with pytest.raises(CommandError, match="written to meanwhile"):
        told("prune", "cost", "--to", tmp_path, "--yes")
    assert DailyCost.objects.filter(day__gte=MARCH, day__lt=APRIL).count() == 4


def test_a_place_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    store_old_months(account())
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CommandError, match="can't be reached"):
        told("prune", "--to", tmp_path / "file", "--yes")
    assert DailyCost.objects.count() == 8


def test_another_file_is_not_restored(tmp_path: Path) -> None:
    store_old_months(account())
    told("prune", "cost", "--to", tmp_path, "--yes")
    path = tmp_path / "cost" / "cost-2024-03.parquet"
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(CommandError, match="SHA-256"):
        told("restore_archive", "cost", "2024-03")
    assert not DailyCost.objects.exists()


def test_a_month_is_restored_once(tmp_path: Path) -> None:
    store_old_months(account())
    told("prune", "cost", "--to", tmp_path, "--yes")
    told("restore_archive", "cost", "2024-03")
    with pytest.raises(CommandError, match="No archive holds cost of 2024-03"):
        told("restore_archive", "cost", "2024-03")
    assert "restored" in told("restore_archive", "--list")


def test_rows_of_an_account_that_is_gone_are_refused(tmp_path: Path) -> None:
    owner = account()
    store_old_months(owner)
    told("prune", "cost", "--to", tmp_path, "--yes")
    remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
    with pytest.raises(CommandError, match="account aws 000000000001"):
        told("restore_archive", "cost", "2024-03")


@pytest.mark.parametrize("bad", ["2024", "2024-13", "March"])
def test_what_is_no_month_is_refused(bad: str) -> None:
    with pytest.raises(CommandError, match="is no month"):
        told("restore_archive", "cost", bad)


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="no table runs"):
        told("prune", "runs")


def test_a_bucket_keeps_them_too(aws: EmulatedAws) -> None:
    store_old_months(account())
    before = contents()
    boto3.client("s3").create_bucket(Bucket="history")
    text = told("prune", "cost", "--to", "s3://history/cloudintel", "--yes")
    assert "now in s3://history/cloudintel/cost/cost-2024-03.parquet" in text
    for month in ("2024-03", "2024-04"):
        told("restore_archive", "cost", month)
    assert contents() == before
