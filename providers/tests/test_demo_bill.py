"""The demo's bill: it adds up, it agrees with the fleet, and it is restated."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.windows import ONE_DAY, Window
from providers.demo.azure_bill import VIRTUAL_MACHINES
from providers.demo.company import (
    ACCOUNTS,
    DATA_PLATFORM,
    PRODUCTION,
    STAGING,
    STORES,
    WEST_EUROPE,
    hourly_usd,
)
from providers.demo.lives import lives
from providers.demo.provider import DemoProvider
from providers.demo.services import COMPUTE, EC2_OTHER, S3
from providers.errors import ErrorKind, ProviderError
from providers.records import UNALLOCATED, ChargeCategory, CostReading
from providers.tests.readings import whole

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
EVERY_ACCOUNT = [account.account_id for account in ACCOUNTS]


def quiet(_: str) -> None:
    pass


def bill(
    account_id: str, window: Window | None = None, now: datetime = NOW
) -> CostReading:
    demo = DemoProvider(account_id, ANCHOR, now)
    return whole(demo.fetch_costs(window or demo.cost_window(now), quiet))


def one_day(account_id: str, day: date, now: datetime = NOW) -> CostReading:
    return bill(account_id, Window(day, day + ONE_DAY), now)


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_the_rows_of_every_day_add_up_to_its_total(account_id: str) -> None:
    reading = bill(account_id)
    billed: dict[date, Decimal] = defaultdict(Decimal)
    effective: dict[date, Decimal] = defaultdict(Decimal)
    for row in reading.rows:
        billed[row.day] += row.billed
        effective[row.day] += row.effective
    assert billed.keys() == {total.day for total in reading.totals}
    for total in reading.totals:
        assert billed[total.day] == total.billed
        assert effective[total.day] == total.effective


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_every_day_of_the_window_has_one_total_in_order(account_id: str) -> None:
    reading = bill(account_id)
    window = DemoProvider(account_id, ANCHOR, NOW).cost_window(NOW)
    assert [total.day for total in reading.totals] == list(window.days())
    assert [row.day for row in reading.rows] == sorted(row.day for row in reading.rows)
    assert reading.totals[-1].day == NOW.date() - ONE_DAY


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_no_two_rows_are_of_the_same_group(account_id: str) -> None:
    rows = bill(account_id).rows
    keys = {
        (r.day, r.service, r.region, r.resource_group, r.charge_category) for r in rows
    }
    assert len(keys) == len(rows)
    assert {row.sub_account_id for row in rows} == {account_id}


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_amounts_have_at_most_ten_decimal_places(account_id: str) -> None:
    rows = bill(account_id).rows
    assert rows
    for row in rows:
        assert row.billed == row.billed.quantize(Decimal("0.0000000001"))
        assert row.effective == row.effective.quantize(Decimal("0.0000000001"))
        assert abs(row.billed) < 10_000


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_compute_is_what_the_machines_that_ran_cost(account_id: str) -> None:
    settled = Window(ANCHOR - 396 * ONE_DAY, ANCHOR - 3 * ONE_DAY)
    machines = lives(account_id)
    services = (COMPUTE, VIRTUAL_MACHINES)
    rows = [row for row in bill(account_id, settled).rows if row.service in services]
    assert rows
    for row in rows:
        offset = (row.day - ANCHOR).days
        assert row.billed == sum(
            run.hours_on(offset)
            * hourly_usd(
                run.instance_type,
                life.machine.region,
                life.machine.platform,
                life.machine.lifecycle,
            )
            for life in machines
            if row.region in ("", life.machine.region)
            and row.resource_group == life.machine.group
            for run in life.runs
        )


def test_a_region_where_everything_is_stopped_still_pays_for_disks() -> None:
    life = next(m for m in lives(STAGING) if m.machine.name == "load-test")
    offset = life.runs[-1].end // 24 + 1
    assert life.hours_running(offset) == 0
    assert life.hours_existing(offset) == 24
    services = {r.service for r in one_day(STAGING, ANCHOR + offset * ONE_DAY).rows}
    assert EC2_OTHER in services


def test_the_company_spends_one_to_four_thousand_dollars_a_day() -> None:
    usage: dict[date, Decimal] = defaultdict(Decimal)
    for account_id in EVERY_ACCOUNT:
        for row in bill(account_id).rows:
            if row.charge_category is ChargeCategory.USAGE:
                usage[row.day] += row.billed
    assert min(usage.values()) > 1000
    assert max(usage.values()) < 4000


def test_azure_bills_what_is_there_by_resource_group_at_list_price() -> None:
    day = ANCHOR - 10 * ONE_DAY
    rows = one_day(STORES, day).rows
    assert {row.charge_category for row in rows} == {ChargeCategory.USAGE}
    assert {row.region for row in rows} == {""}
    amounts = {(row.service, row.resource_group): row.billed for row in rows}
    # $0.025 and $0.045 an hour, times 1.2 in westeurope.
    assert amounts["Load Balancer", "rg-office"] == Decimal("0.72")
    assert amounts["NAT Gateway", "rg-pos-test"] == Decimal("1.296")
    # Off inside, and still allocated; its disk of 128 GiB is $9.60 a month.
    halted = hourly_usd("Standard_D2s_v5", WEST_EUROPE) * 24
    running = hourly_usd("Standard_B2ms", WEST_EUROPE) * 24
    assert amounts["Virtual Machines", "rg-pos-test"] == halted + running


def test_storage_only_grows() -> None:
    settled = Window(ANCHOR - 396 * ONE_DAY, ANCHOR - 3 * ONE_DAY)
    rows = bill(DATA_PLATFORM, settled).rows
    storage = [r.billed for r in rows if r.service == S3 and r.region == "us-east-1"]
    assert storage == sorted(set(storage))


def test_most_days_lack_a_few_cents_in_the_groups() -> None:
    rows = [row for row in bill(PRODUCTION).rows if row.service == UNALLOCATED]
    assert 300 < len(rows) < 400
    assert all(0 < row.billed < Decimal("0.05") and not row.region for row in rows)


def test_the_latest_three_days_come_in_low_and_are_restated_later() -> None:
    for age in (1, 2, 3):
        day = NOW.date() - age * ONE_DAY
        early = one_day(PRODUCTION, day).totals[0]
        late = one_day(PRODUCTION, day, NOW + timedelta(days=4)).totals[0]
        assert Decimal("0.94") < early.billed / late.billed < Decimal("0.995")


def test_an_older_day_is_the_same_for_ever() -> None:
    window = Window(ANCHOR - 90 * ONE_DAY, ANCHOR - 3 * ONE_DAY)
    reading = bill(PRODUCTION, window)
    later = bill(PRODUCTION, window, NOW + timedelta(days=60))
    assert [t.billed for t in reading.totals] == [t.billed for t in later.totals]
    assert [r.billed for r in reading.rows] == [r.billed for r in later.rows]


def test_a_day_is_the_same_in_a_narrow_and_in_a_wide_window() -> None:
    wide = {total.day: total for total in bill(PRODUCTION).totals}
    for day in (date(2026, 3, 1), date(2026, 7, 17), NOW.date() - ONE_DAY):
        assert one_day(PRODUCTION, day).totals == [wide[day]]


def test_the_previous_month_is_estimated_until_the_fifteenth() -> None:
    september = date(2026, 9, 10)
    before = datetime(2026, 10, 14, 23, 59, tzinfo=UTC)
    after = datetime(2026, 10, 15, tzinfo=UTC)
    assert one_day(STAGING, september, before).totals[0].is_estimated
    assert not one_day(STAGING, september, after).totals[0].is_estimated
    assert one_day(STAGING, date(2026, 10, 1), after).totals[0].is_estimated
    assert not one_day(STAGING, date(2026, 8, 31), before).totals[0].is_estimated


def test_tax_and_support_are_charged_on_the_first_only() -> None:
    rows = bill(PRODUCTION).rows
    tax = [row for row in rows if row.charge_category is ChargeCategory.TAX]
    support = [row for row in rows if row.service == "AWS Support (Developer)"]
    assert {row.day.day for row in tax} == {row.day.day for row in support} == {1}
    assert len(tax) == len(support) == 13


def test_tax_is_a_share_of_the_usage_of_the_month_before() -> None:
    august = bill(STAGING, Window(date(2026, 8, 1), date(2026, 9, 1))).rows
    named = [row for row in august if row.service != UNALLOCATED]
    usage = sum(
        (r.billed for r in named if r.charge_category is ChargeCategory.USAGE),
        Decimal(0),
    )
    first = one_day(STAGING, date(2026, 9, 1)).rows
    tax = next(r for r in first if r.charge_category is ChargeCategory.TAX)
    assert tax.billed == (usage * Decimal("0.025")).quantize(Decimal("0.01"))


def test_a_reservation_is_billed_at_once_and_spread_over_its_month() -> None:
    rows = bill(PRODUCTION, Window(date(2026, 5, 1), date(2026, 6, 1))).rows
    fees = [
        row
        for row in rows
        if row.charge_category is ChargeCategory.PURCHASE
        and row.service == "Amazon Relational Database Service"
    ]
    assert [row.billed for row in fees[1:]] == [Decimal(0)] * 30
    assert all(row.effective > 0 for row in fees)
    assert sum(row.billed for row in fees) == sum(row.effective for row in fees)


def test_there_are_some_credits_and_one_refund() -> None:
    credits = [
        row
        for row in bill(DATA_PLATFORM).rows
        if row.charge_category is ChargeCategory.CREDIT
    ]
    refunds = [
        row
        for row in bill(PRODUCTION).rows
        if row.charge_category is ChargeCategory.ADJUSTMENT
    ]
    assert len(credits) == 6
    assert len(refunds) == 1
    assert all(row.billed < 0 for row in (*credits, *refunds))


def test_days_that_are_not_kept_or_not_over_are_refused() -> None:
    for start in (NOW.date() - 401 * ONE_DAY, NOW.date()):
        with pytest.raises(ProviderError, match="only the days") as raised:
            one_day(PRODUCTION, start)
        assert raised.value.kind is ErrorKind.INVALID
