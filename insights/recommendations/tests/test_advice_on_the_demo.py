"""The rules find what the invented company's machines were drawn to be."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clouds.registry import CLOUDS, CloudKind
from core.windows import HOURS_PER_MONTH
from insights.recommendations.engine.advice import (
    Advice,
    BillDay,
    Change,
    CpuDay,
    MachineFacts,
    NetworkDay,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import Prices, bill_rate
from insights.recommendations.engine.rules import advise
from pricing.families import families_to_price
from providers.demo.bill import settled_usage
from providers.demo.company import (
    ACCOUNTS,
    INSTANCE_TYPES,
    PRODUCTION,
    STORES,
    VIRGINIA,
    Cloud,
    hourly_usd,
)
from providers.demo.fleet import describe
from providers.demo.lives import Life, lives
from providers.demo.load import cpu_on, network_on
from providers.demo.machines import Role
from providers.demo.provider import DemoProvider
from providers.demo.services import COMPUTE
from providers.records import Market

KINDS = {Cloud.AWS: CloudKind.DEMO, Cloud.AZURE: CloudKind.DEMO_AZURE}
ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
DAYS = [ANCHOR - timedelta(days=ago) for ago in range(60, 0, -1)]


def facts(account_id: str) -> Iterator[tuple[MachineFacts, Life]]:
    by_id = {life.instance_id: life for life in lives(account_id)}
    for record in describe(account_id, ANCHOR, NOW):
        life = by_id[record.resource_id]
        cpu = [c for day in DAYS if (c := cpu_on(life, day, ANCHOR))]
        network = [n for day in DAYS if (n := network_on(life, day, ANCHOR))]
        yield (
            MachineFacts(
                account_id=account_id,
                resource_id=record.resource_id,
                instance_type=record.instance_type,
                region=record.region,
                state=record.state,
                name=life.machine.name,
                operating_system=record.operating_system,
                tenancy=record.tenancy,
                lifecycle=record.lifecycle,
                billed_states=CLOUDS[KINDS[life.machine.cloud]].billed_states,
                launched_at=record.launched_at,
                first_seen_at=NOW - timedelta(days=60),
                changes=[Change(NOW - timedelta(days=60), "state", "", record.state)],
                cpu=[
                    CpuDay(
                        c.day,
                        c.average_percent,
                        c.maximum_percent,
                        c.p99_percent,
                        c.samples,
                    )
                    for c in cpu
                ],
                network=[NetworkDay(n.day, n.in_bytes, n.out_bytes) for n in network],
            ),
            life,
        )


def prices() -> Prices:
    families = families_to_price(INSTANCE_TYPES)
    return Prices(
        record
        for account_id in (PRODUCTION, STORES)
        for demo in [DemoProvider(account_id, ANCHOR, NOW)]
        for region in demo.fetch_regions()
        for system in ("Linux", "Windows")
        for record in demo.fetch_prices(Market(region, system), families, "USD")
    )


def found(rule: Rule) -> dict[str, Advice]:
    """What is advised, by the machine's name."""
    given = prices()
    return {
        life.machine.name: each
        for account in ACCOUNTS
        for machine, life in facts(account.account_id)
        for each in advise(machine, Thresholds(), given, NOW)
        if isinstance(each, Advice) and each.rule is rule
    }


def named(role: Role) -> set[str]:
    return {
        life.machine.name
        for account in ACCOUNTS
        for machine, life in facts(account.account_id)
        if life.machine.role is role and machine.state == "running"
    }


def test_exactly_the_forgotten_machines_are_idle() -> None:
    assert set(found(Rule.IDLE)) == named(Role.IDLE)


def test_every_machine_drawn_as_oversized_is_found() -> None:
    small = found(Rule.OVERSIZED)
    assert named(Role.OVERSIZED) <= set(small)
    busy = named(Role.WEB) | named(Role.API) | named(Role.WORKER) | named(Role.BATCH)
    assert not busy & set(small)


def test_exactly_the_office_machines_rest_at_weekends() -> None:
    assert set(found(Rule.SCHEDULE)) == named(Role.OFFICE)


def test_old_generations_are_those_with_a_cheaper_successor() -> None:
    old = {name.partition(".")[0] for name in ("m4.large", "m4.xlarge")}
    moved = found(Rule.OLD_GENERATION)
    assert {"legacy-cms", "export-2022"} <= set(moved)
    assert all(
        str(each.evidence["from_type"]).partition(".")[0] in {*old, "m5", "t3", "t2"}
        for each in moved.values()
    )


def test_what_is_stopped_for_long_is_found() -> None:
    stopped = {"load-test", "gdpr-archive", "till-migration"}
    assert set(found(Rule.STOPPED)) == stopped


def test_a_saving_is_what_the_bill_says_the_machine_costs() -> None:
    saved = found(Rule.IDLE)["legacy-cms"].savings_monthly
    assert saved == hourly_usd("m4.large", VIRGINIA) * HOURS_PER_MONTH


@pytest.mark.parametrize("region", [VIRGINIA, "eu-west-1", "ap-southeast-2"])
def test_production_pays_the_list_price_as_its_bill_shows(region: str) -> None:
    there = [machine for machine, _ in facts(PRODUCTION) if machine.region == region]
    bill = [
        BillDay(day, settled_usage(PRODUCTION, ANCHOR, day)[COMPUTE, region], "USD")
        for day in DAYS
    ]
    rate = bill_rate(there, bill, prices(), Thresholds(), NOW)
    assert rate is not None
    assert abs(rate.factor - 1) < Decimal("0.0001")
