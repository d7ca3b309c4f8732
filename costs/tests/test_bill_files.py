"""Bill files come into the ledger by the ordinary sync, and their lines beside it."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import time_machine
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.windows import Window
from costs.models import CostTotal, CoveredDay, DailyCost, LineItemMonth, Restatement
from costs.staging_file import NO_CHARGE_TAGGED
from costs.sync import sync_cost
from costs.tasks import refresh_lines
from costs.testing import charge
from providers.files.testing import MEMBER, NOW, PAYER, focus, write_csv
from syncs.models import SyncRun, Watermark

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
D = Decimal


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.LINE_ITEMS_DIR = tmp_path / "lines"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "bills"


def bill_account(place: Path, **settings: Any) -> CloudAccount:
    return CloudAccount.objects.create(
        provider=CloudKind.FILES,
        account_id=f"bill:{PAYER}",
        name="bill",
        is_payer=True,
        settings={"place": str(place), **settings},
    )


def stored(owner: CloudAccount, month: int = 10) -> dict[int, Decimal]:
    totals = CostTotal.objects.filter(account=owner, day__month=month)
    return {one.day.day: one.billed for one in totals if one.is_reconciled}


@pytest.mark.on_each_database
def test_each_day_reconciles_with_its_lines_and_a_second_sync_reads_nothing(
    place: Path, tmp_path: Path
) -> None:
    write_csv(
        place / "2026-10.csv",
        focus("2026-10-01", "0.12345678901"),
        focus("2026-10-01", "2.00000000004", ServiceName="Amazon S3"),
        focus("2026-10-03", "-1", Tags='{"team": "shop"}'),
    )
    owner = bill_account(place, tag_keys=["team"])
    run = sync_cost(owner, NOW)
    assert (run.status, str(run.window)) == ("succeeded", "2026-10-01..2026-11-01")
    assert stored(owner) == {1: D("2.1234567890"), 2: D(0), 3: D(-1)}
    assert owner.tag_costs.get(tag_value="shop").billed == D(-1)
    month = LineItemMonth.objects.get()
    assert (month.month, month.row_count, month.run) == (OCTOBER, 3, run)
    assert month.billed == D("1.1234567890")  # of 1.12345678905, half to even
    assert len(duckdb.execute(f"FROM '{month.path}'").fetchall()) == 3
    assert Watermark.objects.get().read_until == date(2026, 10, 4)
    again = sync_cost(owner, NOW)
    assert (again.status, again.rows, again.window) == ("succeeded", 0, None)
    assert LineItemMonth.objects.get().run == run


@pytest.mark.on_each_database
def test_a_newer_run_replaces_its_month_as_a_whole_and_no_other(
    place: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    write_csv(place / "2026-09.csv", focus("2026-09-05", "5"))
    path = write_csv(
        place / "2026-10.csv", focus("2026-10-01", "1"), focus("2026-10-09")
    )
    owner = bill_account(place)
    sync_cost(owner, NOW)
    folder = place.parent / "lines"
    left, young = (folder / "9" / f"2026-10-{run}.parquet" for run in (1, 2))
    left.parent.mkdir()
    foreign = folder / "archive.parquet"
    for one in (left, young, foreign):
        one.touch()
    for one in (left, foreign):
        os.utime(one, (1, 1))
    old = LineItemMonth.objects.get(month=OCTOBER).path
    write_csv(path, focus("2026-10-01", "4"))
    with django_capture_on_commit_callbacks(execute=True):
        run = sync_cost(owner, NOW)
    assert str(run.window) == "2026-10-01..2026-11-01"
    assert stored(owner) == {1: D(4)}
    assert stored(owner, 9)[5] == D(5)
    assert (
        "2026-10 was restated: it has fewer lines, 1 and not 2, and sums to 4.00 USD"
        in run.error
    )
    changes = Restatement.objects.values_list("day__day", "old_billed", "new_billed")
    assert set(changes) >= {(1, D(1), D(4)), (9, D(1), D(0))}
    assert not left.exists()
    # Who asked before reads it to its end.
    assert old.exists()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15)):
        refresh_lines()  # as a worker does each minute
    assert not old.exists()
    assert young.exists() and foreign.exists()
    assert LineItemMonth.objects.get(month=OCTOBER).path.exists()


def test_days_that_have_ended_and_months_that_are_final_are_read_of_the_same_files(
    place: Path,
) -> None:
    write_csv(place / "2026-10.csv", focus("2026-10-01"))
    write_csv(place / "2026-11.csv", focus("2026-11-03"), focus("2026-11-04", "2"))
    owner = bill_account(place)
    sync_cost(owner, NOW.replace(day=4))
    assert stored(owner, 11) == {1: D(0), 2: D(0), 3: D(1)}
    assert owner.cost_totals.get(day=OCTOBER).is_estimated
    final = NOW.replace(day=16)
    sync_cost(owner, final)
    assert stored(owner, 11) == {1: D(0), 2: D(0), 3: D(1), 4: D(2)}
    assert not owner.cost_totals.get(day=OCTOBER).is_estimated
    assert sync_cost(owner, final).window is None


def test_a_month_that_fails_keeps_what_it_had_and_the_others_come(place: Path) -> None:
    write_csv(place / "2026-09.csv", focus("2026-09-05"), focus("2026-09-05", "x"))
    write_csv(place / "2026-10.csv", focus("2026-10-01"))
    owner = bill_account(place)
    run = sync_cost(owner, NOW)
    assert run.status == SyncRun.Status.PARTIAL
    assert "2026-09" in run.error
    assert [one.month for one in LineItemMonth.objects.all()] == [OCTOBER]
    assert not Watermark.objects.exists()
    lines = LineItemMonth.objects.get().path.parent
    assert len(list(lines.iterdir())) == 1
    write_csv(place / "2026-09.csv", focus("2026-09-05"))
    assert str(sync_cost(owner, NOW).window) == "2026-09-01..2026-10-01"


def test_a_month_that_has_no_days_yet_is_no_failure(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus("2026-10-01"))
    empty = write_csv(place / "2026-11.csv", focus("2026-11-01"))
    empty.write_text(empty.read_text().splitlines()[0])
    write_csv(place / "2026-12.csv", focus("2026-12-01"))
    run = sync_cost(bill_account(place), NOW)
    assert run.status == SyncRun.Status.SUCCEEDED
    assert "2026-11 has no days yet." in run.error
    assert "2026-12 has no days yet." in run.error
    assert LineItemMonth.objects.get().month == OCTOBER


@pytest.mark.on_each_database
@pytest.mark.parametrize("amount", ["6000000000", "12345678901234567890"])
def test_a_sum_that_cannot_be_stored_is_one_sentence(place: Path, amount: str) -> None:
    lines = [
        focus(f"2026-10-0{day}", amount, ServiceName=f"Service {day}") for day in (1, 2)
    ]
    write_csv(place / "2026-10.csv", *lines)
    run = sync_cost(bill_account(place), NOW)
    assert run.status == SyncRun.Status.FAILED
    assert " is larger than " in run.error
    assert ", the most that can be stored" in run.error
    assert not LineItemMonth.objects.exists() and not CostTotal.objects.exists()


def test_days_that_were_asked_for_are_read_again(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus("2026-10-01"))
    owner = bill_account(place)
    sync_cost(owner, NOW)
    window = Window(date(2026, 10, 5), date(2026, 10, 6))
    assert sync_cost(owner, NOW, window=window).rows == 1
    run = sync_cost(owner, NOW, window=Window(date(2026, 1, 5), date(2026, 1, 6)))
    assert "the months whose files are there: 2026-10." in run.error
    assert run.status == SyncRun.Status.FAILED


def test_what_an_account_is_charged_on_its_own_bill_is_counted_once(
    place: Path,
) -> None:
    member = account(name="member")
    CloudAccount.objects.filter(pk=member.pk).update(account_id=MEMBER)
    charge(member, OCTOBER, "7", sub_account=MEMBER)
    write_csv(place / "2026-10.csv", focus("2026-10-01"))
    sync_cost(bill_account(place), NOW)
    assert CoveredDay.objects.get().sub_account_id == MEMBER


def test_import_bill_adds_the_account_that_its_files_name(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(place / "bill.csv", focus("2026-09-01"), focus("2026-10-01"))
    call_command("import_bill", str(path), "--name", "company")
    call_command("import_bill", str(path))
    out = capsys.readouterr().out
    assert f"Added company (bill:{PAYER})." in out
    assert f"bill:{PAYER} cost 2026-09-01..2026-11-01: succeeded, 2 rows" in out
    assert DailyCost.objects.count() == 2
    assert CloudAccount.objects.get().is_payer


def test_files_of_several_bills_are_distinguished_by_name(place: Path) -> None:
    other = "999900001111"
    path = write_csv(
        place / "bill.csv", focus(), focus(billed="2", BillingAccountId=other)
    )
    with pytest.raises(CommandError, match=f"of 2 billing accounts, {PAYER}, {other}"):
        call_command("import_bill", str(path))
    call_command("import_bill", str(path), "--billing-account", other, stdout=None)
    assert CostTotal.objects.get(billed__gt=0).billed == D(2)
    error = SyncRun.objects.get().error
    assert "2026-10: lines of other billing accounts that were left out: 1." in error


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--files", "nowhere"], "there is no such directory or file"),
        (["--files", "ftp://x"], "Give where the bill's files lie"),
        (["--billing-account", "1"], "is an argument of --provider files, not of aws"),
        (["--files", "/", "--region", "eu-west-1"], "--region is an argument of"),
    ],
)
def test_add_account_says_what_it_cannot_read(
    arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as raised:
        call_command("add_account", *arguments)
    assert raised.value.returncode == 2
    assert not CloudAccount.objects.exists()


def test_a_tag_that_no_line_has_is_remarked_and_a_month_of_as_many_lines_is_not(
    place: Path,
) -> None:
    path = write_csv(place / "2026-10.csv", focus("2026-10-01", "1"))
    owner = bill_account(place, tag_keys=["team"])
    assert NO_CHARGE_TAGGED.format("team") in sync_cost(owner, NOW).error
    write_csv(path, focus("2026-10-01", "4"))
    run = sync_cost(owner, NOW)
    assert stored(owner) == {1: D(4)} and "fewer lines" not in run.error


def test_columns_that_are_not_kept_are_named(place: Path) -> None:
    write_csv(place / "2026-10.csv", focus("2026-10-01", "1", x_Team="shop"))
    run = sync_cost(bill_account(place), NOW)
    assert "2026-10: columns that are not kept: x_Team." in run.error
