"""What is stored leaves as FOCUS, each bill's day once, and sums to the ledger."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.windows import Window
from costs.focus import focus_file
from costs.focus.columns import FOCUS
from costs.lines.testing import line, store_lines
from costs.testing import charge, store_costs
from providers.files.line_items import LINE_COLUMNS
from users.testing import person

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
DAYS = Window(MARCH, date(2026, 3, 4))
PERIOD = ("--start", "2026-03-01", "--end", "2026-04-01")
FULL: dict[str, Any] = {
    name: f"{name} 'of', \"it\""
    for name, kind in LINE_COLUMNS.items()
    if kind == "VARCHAR"
} | {"ChargeCategory": "Usage", "BillingCurrency": "USD"}


@pytest.fixture(autouse=True)
def bills(db: None, settings: Settings, tmp_path: Path) -> Iterator[CloudAccount]:
    """One bill by day and service, and one whose lines are stored beside its days."""
    settings.LINE_ITEMS_DIR = tmp_path / "lines"
    by_day, by_line = account(1, "by day"), account(2, "by line")
    store_costs(by_day, DAYS, {"Amazon RDS": "1.0000000001", "AWS Lambda": "0.5"})
    store_costs(by_line, DAYS, {"Amazon EC2": "2"})
    amounts = {
        name: Decimal("3.000000000000000007")
        for name, kind in LINE_COLUMNS.items()
        if kind.startswith("DECIMAL")
    }
    store_lines(
        by_line,
        MARCH,
        [
            line(MARCH, "5.5", None, Tags={"team": "shop"}),
            line(MARCH, "1", **{**FULL, **amounts, "BilledCost": Decimal("0.5")}),
        ],
    )
    yield by_line


def exported(target: Path, *more: str) -> str:
    out = StringIO()
    call_command("export_focus", str(target), *PERIOD, *more, stdout=out)
    return out.getvalue()


def rows(file: Path, columns: str) -> list[Any]:
    read = "read_parquet" if file.suffix == ".parquet" else "read_csv"
    text = "" if file.suffix == ".parquet" else ", all_varchar = true, header = true"
    with duckdb.connect() as engine:
        return engine.execute(
            f"SELECT {columns} FROM {read}('{file}'{text}) ORDER BY ALL"  # noqa: S608
        ).fetchall()


@pytest.mark.on_each_database
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_each_day_is_exported_once(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"focus.{kind}"
    said = exported(file)
    assert "8 rows of 2026-03-01..2026-04-01" in said
    assert "USD: billed 10.500000000300000000" in said
    names = "ServiceName, BilledCost::DECIMAL(38, 10), SubAccountName, ServiceCategory"
    found = rows(file, names)
    assert ("Amazon RDS", Decimal("1.0000000001"), "by day", "Databases") in found
    assert {one[0] for one in found} >= {"AWS Lambda", "Amazon EC2"}
    assert sorted(one.name for one in tmp_path.iterdir()) == [file.name, "lines"]


def test_days_follow_each_other_over_all_bills(tmp_path: Path) -> None:
    by_day = CloudAccount.objects.get(name="by day")
    other = account(3, "also by day")
    store_costs(other, DAYS, {"Amazon S3": "1"})
    ids = [f"--account={one.account_id}" for one in (by_day, other)]
    exported(tmp_path / "focus.csv", *ids)
    with (tmp_path / "focus.csv").open(newline="") as file:
        days = [row["ChargePeriodStart"] for row in csv.DictReader(file)]
    assert len(days) == 9
    assert days == sorted(days)


def test_columns_are_those_of_the_standard_in_their_order(tmp_path: Path) -> None:
    exported(tmp_path / "focus.csv")
    text = (tmp_path / "focus.csv").read_text()
    assert text.splitlines()[0] == ",".join(FOCUS)
    assert "2026-03-01T00:00:00Z" in text
    assert len([name for name in FOCUS if not name.startswith("x_")]) == 57


def test_lines_leave_as_they_came(tmp_path: Path, bills: CloudAccount) -> None:
    file = tmp_path / "focus.parquet"
    exported(file, "--account", bills.account_id)
    own = [name for name in FOCUS if name in LINE_COLUMNS and name != "Tags"]
    stored = [
        f"NULLIF({name}, '')" if LINE_COLUMNS[name] == "VARCHAR" else name
        for name in own
    ]
    month = bills.line_item_months.get()
    assert rows(file, ", ".join(own)) == rows(month.path, ", ".join(stored))
    assert ('{"team":"shop"}',) in rows(file, "Tags")


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must end with one of csv"):
        exported(tmp_path / "focus.xlsx")
    with pytest.raises(CommandError, match="There is no folder"):
        exported(tmp_path / "none" / "focus.csv")
    with pytest.raises(CommandError, match="No account 7 is connected"):
        exported(tmp_path / "focus.csv", "--account", "7")
    for path in (tmp_path / "lines").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(CommandError, match="can't be written"):
        exported(tmp_path / "focus.csv")
    assert [one.name for one in tmp_path.iterdir()] == ["lines"]


class Killed(BaseException):
    """As a process ends: nobody catches it."""


def test_a_file_stays_as_it_was_until_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "focus.csv"
    exported(target)
    before = target.read_bytes()
    store_costs(account(3, "late"), DAYS, {"AWS Lambda": "1"})

    def end(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(focus_file, "_sums", end)
        with pytest.raises(Killed):
            exported(target)
    assert target.read_bytes() == before
    (tmp_path / ".focus.csv.1.partial").write_bytes(b"half, as a kill leaves it")
    exported(target)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["focus.csv", "lines"]
    assert target.read_bytes() != before


def test_two_exports_of_one_file_write_it_whole_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, sums = tmp_path / "focus.csv", focus_file._sums
    others: list[str] = []

    def with_another(*given: Any) -> Any:
        if not others:
            others.append("began")
            others.append(exported(target))
        return sums(*given)

    monkeypatch.setattr(focus_file, "_sums", with_another)
    assert exported(target) == others[1]
    whole = exported(target)
    assert [one.name for one in tmp_path.glob("*focus*")] == ["focus.csv"]
    assert whole == others[1]


def test_the_api_has_what_its_user_may_see(client: Client, tmp_path: Path) -> None:
    user = person("viewer")
    see_only(user, CloudAccount.objects.get(name="by day"))
    client.force_login(user)
    asked = {"start": "2026-03-01", "end": "2026-04-01", "file": "parquet"}
    answer = client.get("/api/v1/lines/focus/", asked)
    assert answer.status_code == 200, answer.content
    (tmp_path / "got.parquet").write_bytes(b"".join(answer))
    names = "DISTINCT BillingAccountName"
    assert rows(tmp_path / "got.parquet", names) == [("by day",)]
    refused = client.get("/api/v1/lines/focus/", asked | {"account": f"{2:012}"})
    assert "account" in refused.json()["errors"]
    refused = client.get("/api/v1/lines/focus/", asked | {"end": "2026-03-01"})
    assert "start" in refused.json()["errors"]


def test_charges_of_other_kinds_keep_theirs(tmp_path: Path) -> None:
    owner = account(3, "taxed")
    charge(owner, MARCH, "1.25", category="Tax")
    exported(tmp_path / "focus.parquet", "--account", owner.account_id)
    found = rows(tmp_path / "focus.parquet", "ChargeCategory, ChargeFrequency")
    assert found == [("Tax", "One-Time")]
