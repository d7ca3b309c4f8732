"""The demo's price list, which its bill agrees with."""

from datetime import UTC, date, datetime
from decimal import Decimal

from providers.demo.bill import settled_usage
from providers.demo.company import (
    DATA_PLATFORM,
    IRELAND,
    PRODUCTION,
    REGIONS,
    VIRGINIA,
    Cloud,
    table,
)
from providers.demo.lives import lives
from providers.demo.provider import DemoProvider
from providers.demo.resource_prices import resource_prices
from providers.demo.services import COMPUTE
from providers.records import Market, ResourceMarket

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
DAY = date(2026, 10, 10)


def hourly(demo: DemoProvider, region: str, system: str, family: str) -> dict[str, str]:
    found = demo.fetch_prices(Market(region, system), [family], "USD")
    return {record.instance_type: str(record.hourly) for record in found}


def test_prices_differ_by_region_and_system() -> None:
    demo = DemoProvider(PRODUCTION, ANCHOR, NOW)
    assert hourly(demo, VIRGINIA, "Linux", "m4") == {
        "m4.large": "0.1000",
        "m4.xlarge": "0.2000",
    }
    assert hourly(demo, IRELAND, "Linux", "m4")["m4.large"] == "0.1110"
    assert hourly(demo, VIRGINIA, "Windows", "m4")["m4.large"] == "0.1920"


def test_everything_is_listed_once() -> None:
    names = ("cloud", "kind", "engine", "sku", "redundancy", "unit", "above")
    keys = [tuple(row[name] for name in names) for row in table("resource_prices")]
    assert len(keys) == len({*keys})


def test_what_is_not_sold_has_no_price() -> None:
    demo = DemoProvider(PRODUCTION, ANCHOR, NOW)
    assert hourly(demo, "eu-north-1", "Linux", "m5") == {}
    assert hourly(demo, VIRGINIA, "RHEL", "m5") == {}
    assert hourly(demo, VIRGINIA, "Windows", "m7g") == {}
    assert hourly(demo, VIRGINIA, "Linux", "x9") == {}


def test_a_days_compute_is_what_ran_at_these_prices() -> None:
    demo = DemoProvider(DATA_PLATFORM, ANCHOR, NOW)
    offset = (DAY - ANCHOR).days
    expected = Decimal(0)
    for life in lives(DATA_PLATFORM):
        machine = life.machine
        if machine.region != VIRGINIA or machine.lifecycle == "spot":
            continue
        for run in life.runs:
            family = run.instance_type.partition(".")[0]
            price = hourly(demo, VIRGINIA, "Linux", family)[run.instance_type]
            expected += Decimal(price) * run.hours_on(offset)
    billed = settled_usage(DATA_PLATFORM, ANCHOR, DAY)[COMPUTE, VIRGINIA]
    spot = Decimal("0.0882") * 24 * 3  # three r6i.xlarge at 35 %
    assert billed == expected + spot


def test_each_resource_has_one_price_for_each_unit_and_quantity() -> None:
    for market in {
        ResourceMarket(region, row["kind"], row["engine"])
        for row in table("resource_prices")
        for region in REGIONS[Cloud(row["cloud"])]
    }:
        prices = [
            (one.sku, one.redundancy, one.unit, one.from_quantity)
            for one in resource_prices(market)
        ]
        assert len(prices) == len(set(prices)), market
