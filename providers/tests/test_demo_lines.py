"""The demo's lines: they sum to its bill, and name what its inventory has."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.windows import Window
from providers.demo.bill_lines import LinesOf, lines_of
from providers.demo.company import ACCOUNTS, PRODUCTION, STAGING, STORES, VIRGINIA
from providers.demo.events import DemoEvent, EventKind
from providers.demo.provider import DemoProvider
from providers.demo.services import RDS
from providers.demo.things import planned_things
from providers.records import ChargeCategory, CostReading
from providers.tests.readings import whole

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
# With the first of a month, an incident, late days, and what events change.
DAYS = Window(date(2026, 9, 8), ANCHOR)
EVERY_ACCOUNT = [account.account_id for account in ACCOUNTS]


def quiet(_: str) -> None:
    pass


def demo(account_id: str, *events: DemoEvent) -> DemoProvider:
    return DemoProvider(account_id, ANCHOR, NOW, ["team"], events)


def bill(provider: DemoProvider, window: Window = DAYS) -> CostReading:
    return whole(provider.fetch_costs(window, quiet))


def lines(provider: DemoProvider, read: CostReading) -> list[Any]:
    of = LinesOf(provider.account_id, ANCHOR, provider.events)
    return list(lines_of(of, read.rows))


def sums(found: list[Any], *keys: str) -> dict[Any, tuple[Decimal, Decimal]]:
    amounts: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in found:
        one = amounts[tuple(line.get(key, "") for key in keys)]
        one[0] += line["BilledCost"]
        one[1] += line["EffectiveCost"]
    return {key: (billed, effective) for key, (billed, effective) in amounts.items()}


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_lines_sum_to_the_bill_of_each_day_service_and_place(account_id: str) -> None:
    spike = DemoEvent(
        kind=EventKind.SPIKE,
        hour=-24 * 6,
        what="EC2 - Other",
        place="us-east-1",
        factor=6.0,
        days=3,
    )
    provider = demo(account_id, spike)
    read = bill(provider)
    keys = ("ChargePeriodStart", "ServiceName", "x_ResourceGroup")
    found = sums(lines(provider, read), *keys)
    expected: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in read.rows:
        one = expected[f"{row.day}T00:00:00Z", row.service, row.resource_group]
        one[0] += row.billed
        one[1] += row.effective
    assert found == {key: (b, e) for key, (b, e) in expected.items() if b or e}


def test_a_spike_of_requests_at_a_ten_millionth_each_has_its_quantity() -> None:
    spike = DemoEvent(
        kind=EventKind.SPIKE, hour=-24 * 3, what=RDS, place=VIRGINIA, factor=100.0
    )
    provider = demo(PRODUCTION, spike)
    read = bill(provider, Window(date(2026, 10, 17), date(2026, 10, 18)))
    found = lines(provider, read)
    assert max(line.get("PricingQuantity") or 0 for line in found) > 10**10
    assert sum(line["BilledCost"] for line in found) == sum(
        row.billed for row in read.rows
    )


def test_lines_of_a_team_sum_to_its_costs_by_tag() -> None:
    provider = demo(PRODUCTION)
    read = bill(provider)
    tagged: dict[str, Decimal] = defaultdict(Decimal)
    for tag in read.tags:
        tagged[tag.tag_value] += tag.billed
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines(provider, read):
        team = str(line.get("Tags")).partition('"team": "')[2].partition('"')[0]
        found[team] += line["BilledCost"]
    assert found == tagged


@pytest.mark.parametrize("account_id", [PRODUCTION, STORES])
def test_every_instance_and_its_disk_are_charged_by_their_ids(account_id: str) -> None:
    provider = demo(account_id)
    instances = [
        one.resource_id
        for region in provider.fetch_instances(quiet)
        for one in region.resources
        if one.state == "running"
    ]
    stored = [
        one.resource_id
        for region in provider.fetch_storage(quiet)
        for one in region.resources
    ]
    day = Window(ANCHOR.replace(day=18), ANCHOR.replace(day=19))
    charged = {line["ResourceId"] for line in lines(provider, bill(provider, day))}
    assert instances and set(instances) <= charged
    assert set(stored) <= charged


def test_a_machine_is_charged_by_its_hours_at_its_price() -> None:
    provider = demo(PRODUCTION)
    day = Window(date(2026, 10, 1), date(2026, 10, 2))  # nothing of it is late
    [line] = [
        one
        for one in lines(provider, bill(provider, day))
        if one.get("ResourceName") == "mailer" and "BoxUsage" in one["SkuMeter"]
    ]
    assert line["SkuMeter"] == "BoxUsage:m6i.large"
    assert line["PricingQuantity"] == 24
    assert line["BilledCost"] == 24 * line["ListUnitPrice"]


def test_a_stopped_database_is_charged_for_its_storage_alone() -> None:
    database = next(
        one for one in planned_things(STAGING) if one.name == "orders-staging"
    )
    stop = DemoEvent(kind=EventKind.STOPPED, hour=-24 * 8, what=database.id)
    day = Window(date(2026, 10, 14), date(2026, 10, 15))  # nothing of it is late
    usual, stopped = (
        {
            line["SkuMeter"]: line["BilledCost"]
            for line in lines(provider, bill(provider, day))
            if line.get("ResourceId") == database.id
        }
        for provider in (demo(STAGING), demo(STAGING, stop))
    )
    assert "InstanceUsage:db.m6g.large" in usual
    assert "InstanceUsage:db.m6g.large" not in stopped
    assert stopped["RDS:GP3-Storage"] == usual["RDS:GP3-Storage"] > 0


def test_an_incident_is_in_the_usage_that_it_was() -> None:
    provider = demo(PRODUCTION)
    usual, spike = (
        bill(provider, Window(date(2026, 9, day), date(2026, 9, day + 1)))
        for day in (9, 11)
    )
    found = [sums(lines(provider, read), "SkuMeter") for read in (usual, spike)]
    traffic, hours = (
        [one["EU-" + name,][0] for one in found]
        for name in ("NatGateway-Bytes", "NatGateway-Hours")
    )
    assert traffic[1] > 10 * traffic[0]
    assert hours[1] == hours[0]


def test_a_reservation_is_billed_once_and_used_each_day() -> None:
    provider = demo(PRODUCTION)
    read = bill(provider, Window(date(2026, 9, 30), date(2026, 10, 3)))
    reserved = [
        line for line in lines(provider, read) if line.get("CommitmentDiscountId")
    ]
    statuses = {
        day: [one["CommitmentDiscountStatus"] for one in of_day]
        for day, of_day in groupby(reserved, lambda one: one["ChargePeriodStart"][:10])
    }
    usual = ["Used", "Used", "Unused"]
    assert statuses == {
        "2026-09-30": usual,
        "2026-10-01": ["", *usual],
        "2026-10-02": usual,
    }
    purchase = reserved[3]
    assert purchase["ChargeCategory"] == ChargeCategory.PURCHASE.value
    assert purchase["EffectiveCost"] == 0 < purchase["BilledCost"]


def test_a_month_is_written_as_any_bills_lines(tmp_path: Path) -> None:
    provider = demo(STORES)
    read = bill(provider, Window(date(2026, 10, 1), ANCHOR))
    target = tmp_path / "2026-10.parquet"
    written = provider.write_lines(date(2026, 10, 1), read.rows, target, quiet)
    assert written.billed == sum(total.billed for total in read.totals)
    assert written.effective == sum(total.effective for total in read.totals)
    assert [*tmp_path.iterdir()] == [target]
    ((count, keyed),) = duckdb.execute(
        f"SELECT count(*), count(*) FILTER (Tags['team'] <> '') FROM '{target}'"  # noqa: S608
    ).fetchall()
    assert count == written.line_count and 0 < keyed < count
