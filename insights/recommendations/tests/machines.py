"""Machines, prices and bills for tests, as facts without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from insights.recommendations.engine.advice import (
    Advice,
    BillDay,
    Change,
    CpuDay,
    MachineFacts,
    NetworkDay,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.rules import advise
from providers.records import InstancePriceRecord

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
REGION = "us-east-1"
ACCOUNT = "123456789012"
MB = 1_000_000
# vCPUs, GiB, dollars an hour in the region, and the processor.
LIST = {
    "t2.medium": (2, 4, "0.0464", "x86_64"),
    "t3.small": (2, 2, "0.0208", "x86_64"),
    "t3.medium": (2, 4, "0.0416", "x86_64"),
    "t3.large": (2, 8, "0.0832", "x86_64"),
    "t3.xlarge": (4, 16, "0.1664", "x86_64"),
    "m4.large": (2, 8, "0.1000", "x86_64"),
    "m4.xlarge": (4, 16, "0.2000", "x86_64"),
    "m5.large": (2, 8, "0.0960", "x86_64"),
    "m5.xlarge": (4, 16, "0.1920", "x86_64"),
    "m5.2xlarge": (8, 32, "0.3840", "x86_64"),
    "m5.4xlarge": (16, 64, "0.7680", "x86_64"),
    "m6i.xlarge": (4, 16, "0.1920", "x86_64"),
    "m7i.xlarge": (4, 16, "0.2016", "x86_64"),
    "m7g.xlarge": (4, 16, "0.1632", "arm64"),
}


def price_list(names: Iterable[str] = LIST) -> Prices:
    return Prices(price(name) for name in names)


def price(name: str, **changed: object) -> InstancePriceRecord:
    vcpus, gib, usd, processor = LIST[name]
    record = InstancePriceRecord(
        *(REGION, name, "Linux", Decimal(usd), "USD", vcpus, gib * 1024, processor),
        is_current_generation=True,
    )
    return replace(record, **changed)  # type: ignore[arg-type]


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def cpu(
    count: int = 32,
    average: float = 20.0,
    maximum: float = 50.0,
    p99: float | None = None,
    samples: int | None = 288,
) -> list[CpuDay]:
    """The same figures on each of the last days."""
    if p99 is None:
        p99 = maximum
    return [
        CpuDay(days_ago(ago), average, maximum, p99, samples)
        for ago in range(count, 0, -1)
    ]


def with_peak(days: list[CpuDay], ago: int, maximum: float) -> list[CpuDay]:
    """The same days, but that one reached more."""
    day = days_ago(ago)
    return [replace(d, maximum_percent=maximum) if d.day == day else d for d in days]


def network(count: int = 32, megabytes: float = 1.0) -> list[NetworkDay]:
    half = round(megabytes * MB / 2)
    return [NetworkDay(days_ago(ago), half, half) for ago in range(count, 0, -1)]


def machine(instance_type: str = "m5.xlarge", **facts: object) -> MachineFacts:
    """One that has run for long; `facts` are what differs."""
    base = MachineFacts(
        account_id=ACCOUNT,
        resource_id="i-1",
        instance_type=instance_type,
        region=REGION,
        state="running",
        operating_system="Linux",
        tenancy="Shared",
        launched_at=at(days_ago(300)),
        first_seen_at=at(days_ago(300)),
        cpu=cpu(),
        network=network(megabytes=500.0),
    )
    return replace(base, **facts)  # type: ignore[arg-type]


def changed(field: str, ago: int, old: str, new: str) -> Change:
    return Change(at(days_ago(ago)), field, old, new)


def answers(
    facts: MachineFacts,
    prices: Prices | None = None,
    thresholds: Thresholds | None = None,
) -> list[Advice | NotEnough]:
    given = price_list() if prices is None else prices
    return advise(facts, thresholds or Thresholds(), given, NOW)


def advice(facts: MachineFacts, prices: Prices | None = None) -> Mapping[Rule, Advice]:
    """What is advised, by rule; of several of a rule the first."""
    found: dict[Rule, Advice] = {}
    for each in answers(facts, prices):
        if isinstance(each, Advice):
            found.setdefault(each.rule, each)
    return found


def reasons(facts: MachineFacts, prices: Prices | None = None) -> Mapping[Rule, str]:
    """Why rules could not be answered."""
    given = answers(facts, prices)
    return {each.rule: each.reason for each in given if isinstance(each, NotEnough)}


def bill(first_ago: int, last_ago: int, a_day: str) -> list[BillDay]:
    """The same amount on each day from so many days ago to so many, both in it."""
    return [
        BillDay(days_ago(ago), Decimal(a_day), "USD")
        for ago in range(first_ago, last_ago - 1, -1)
    ]
