"""With a bill's line items, an anomaly names the uses that it comes from."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_version
from core.testing.clock import NOW, TODAY
from core.windows import Window, first_of_month, last_complete_days
from costs.lines.engine import LinesFailed
from costs.lines.models import LINES_DATASET, LineItemMonth
from costs.lines.testing import line, store_lines
from costs.models import DailyCost
from costs.testing import store_costs
from insights.anomalies import line_causes
from insights.anomalies.anomaly_notices import _sentence
from insights.anomalies.line_causes import compared_days
from insights.anomalies.refresh import refresh_anomalies
from insights.daily_costs import read_bills
from insights.models import Anomaly
from insights.refresh.refresh_state import stored_versions
from insights.testing import found
from users.testing import ask, person, session_of

pytestmark = pytest.mark.django_db
DAYS = last_complete_days(120, NOW)
SPIKE = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=17))
SERVICE = "Amazon EC2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lines")


@pytest.fixture(scope="module")
def stored(module_db: None, folder: Path) -> CloudAccount:
    """100 a day of two machines; for three days one of them costs 300 more."""
    owner = account()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "LINE_ITEMS_DIR", folder)
        store_bill(owner)
    return owner


@pytest.fixture
def bill(
    stored: CloudAccount, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> CloudAccount:
    monkeypatch.setattr(settings, "LINE_ITEMS_DIR", folder)
    return stored


def store_bill(owner: CloudAccount, *, has_lines: bool = True) -> None:
    store_costs(owner, DAYS, {SERVICE: "100"})
    spike = DailyCost.objects.filter(account=owner, day__in=SPIKE.days())
    spike.update(billed=400, effective=400)
    for month in sorted({first_of_month(day) for day in DAYS.days()}):
        days = [day for day in DAYS.days() if first_of_month(day) == month]
        lines = [one for day in days for one in lines_of(owner, day)]
        if has_lines:
            store_lines(owner, month, lines)


def lines_of(owner: CloudAccount, day: date) -> list[dict[str, object]]:
    cost, quantity = ("350", "70") if day in [*SPIKE.days()] else ("50", "10")
    its: dict[str, object] = {"SubAccountId": owner.account_id}
    return [
        line(day, "50", "10", ResourceId="i-calm", **its),
        line(day, cost, quantity, ResourceId="i-busy", **its),
        line(day, "-9", None, ChargeCategory="Credit", ResourceId="", **its),
    ]


def refresh(owner: CloudAccount | None) -> int:
    return refresh_anomalies(owner, read_bills(owner, NOW), NOW, None)[0]


def test_it_names_the_resource_that_was_used_more(bill: CloudAccount) -> None:
    assert (refresh(bill), refresh(bill)) == (1, 0)
    row = Anomaly.objects.get()
    (cause,) = ask("anomalies/")["results"][0]["line_causes"]
    wanted = ("used_more", "i-busy", "BoxUsage:m5.large", "900.00", 1.0)
    names = ("kind", "resource", "usage_type", "amount", "share")
    assert tuple(cause[name] for name in names) == wanted
    assert "Largest part: i-busy BoxUsage:m5.large (100%)." in _sentence(row)
    page = session_of(person("viewer")).get(row.get_absolute_url()).content.decode()
    assert "i-busy" in page and "Used more" in page
    link = page.split('href="/costs/lines/changes/?')[1].split('"')[0]
    assert "charge_category=Usage" in link and "previous_start=" in link


@pytest.mark.parametrize("has_lines", [True, False])
def test_one_of_all_accounts_names_them_where_those_with_lines_are_most_of_it(
    bill: CloudAccount, has_lines: bool
) -> None:
    other = account(22)
    store_bill(other, has_lines=has_lines)
    refresh(None)
    (row,) = Anomaly.objects.all()
    named = [(one["resource"], one["account"]) for one in row.line_causes]
    both = [("i-busy", bill.account_id), ("i-busy", other.account_id)]
    assert (row.account, sorted(named)) == (None, both if has_lines else [])
    page = session_of(person("viewer")).get(row.get_absolute_url()).content.decode()
    assert ("/costs/lines/changes/?" in page) == has_lines


def test_what_lines_showed_stays_when_they_are_deleted(bill: CloudAccount) -> None:
    refresh(bill)
    LineItemMonth.objects.all().delete()
    refresh(bill)
    assert Anomaly.objects.get().line_causes[0]["resource"] == "i-busy"


def test_lines_that_are_written_after_an_anomaly_was_found_are_named(
    bill: CloudAccount,
) -> None:
    months = list(LineItemMonth.objects.all())
    LineItemMonth.objects.all().delete()
    _, version = refresh_anomalies(bill, read_bills(bill, NOW), NOW, None)
    due_by = stored_versions()[bill]
    LineItemMonth.objects.bulk_create(months)
    bump_version(bill, LINES_DATASET)
    assert stored_versions()[bill] != due_by
    _, newer = refresh_anomalies(bill, read_bills(bill, NOW), NOW, version)
    assert Anomaly.objects.get().line_causes[0]["resource"] == "i-busy"
    LineItemMonth.objects.filter(month=months[-1].month).update(file="1/newer.parquet")
    assert refresh_anomalies(bill, read_bills(bill, NOW), NOW, newer)[1] != newer


def test_lines_that_cannot_be_read_leave_an_anomaly_without_them(
    bill: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: object) -> None:
        raise LinesFailed("The engine is away.")

    monkeypatch.setattr(line_causes, "explain_lines", fail)
    assert refresh(bill) == 1
    assert Anomaly.objects.get().line_causes == []


def test_without_the_month_before_nothing_is_compared(bill: CloudAccount) -> None:
    window, previous = compared_days(found(first_day=SPIKE.start, last_day=SPIKE.start))
    LineItemMonth.objects.filter(month=first_of_month(previous.start)).delete()
    refresh(bill)
    assert Anomaly.objects.get().line_causes == []


@pytest.mark.parametrize(("days", "back"), [(1, 7), (7, 7), (8, 14), (60, 63)])
def test_as_many_days_before_it_of_the_same_weekdays(days: int, back: int) -> None:
    last = TODAY + timedelta(days=days - 1)
    window, previous = compared_days(found(first_day=TODAY, last_day=last))
    assert len(window) == len(previous) == min(days, 28)
    assert (window.end - previous.end).days == back
    assert previous.end <= TODAY
