"""The demo's machines: what is there at an instant, and when that changes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.windows import ONE_DAY, midnight
from providers.demo.company import (
    ACCOUNTS,
    DATA_PLATFORM,
    PRODUCTION,
    REGIONS,
    STAGING,
    STORES,
    Cloud,
)
from providers.demo.lives import lives
from providers.demo.provider import DemoProvider
from providers.records import InstanceRecord

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
EVERY_ACCOUNT = [account.account_id for account in ACCOUNTS]


def quiet(_: str) -> None:
    pass


def fleet(account_id: str, now: datetime = NOW) -> dict[str, InstanceRecord]:
    demo = DemoProvider(account_id, ANCHOR, now)
    return {
        instance.resource_id: instance
        for region in demo.fetch_instances(quiet)
        for instance in region.resources
        if isinstance(instance, InstanceRecord)
    }


def names(account_id: str, day: int) -> set[str]:
    """The names of those that exist at the end of that day from the anchor."""
    instances = fleet(account_id, midnight(ANCHOR + (day + 1) * ONE_DAY))
    return {instance.name for instance in instances.values()}


def one(account_id: str, name: str, now: datetime) -> InstanceRecord:
    return next(i for i in fleet(account_id, now).values() if i.name == name)


def test_about_seventy_machines_run_in_five_regions_of_two_clouds() -> None:
    everything = [i for account in EVERY_ACCOUNT for i in fleet(account).values()]
    assert 60 < len(everything) < 80
    assert {i.region for i in everything} == {
        region for regions in REGIONS.values() for region in regions
    }
    assert len({i.resource_id for i in everything}) == len(everything)
    assert {i.state for i in everything} == {"running", "stopped", "deallocated"}
    assert {i.lifecycle for i in everything} == {"on-demand", "spot"}
    assert {i.platform for i in everything} == {"", "windows"}


def test_every_region_answers_even_without_machines() -> None:
    regions = list(DemoProvider(DATA_PLATFORM, ANCHOR, NOW).fetch_instances(quiet))
    assert [region.region for region in regions] == list(REGIONS[Cloud.AWS])
    assert all(region.error is None for region in regions)


def test_a_machine_is_there_from_its_launch_on() -> None:
    assert "shop-web-05" not in names(PRODUCTION, -159)
    assert "shop-web-05" in names(PRODUCTION, -158)


def test_a_terminated_machine_has_vanished() -> None:
    assert "feature-checkout" in names(STAGING, -53)
    assert "feature-checkout" not in names(STAGING, -52)


def test_a_machine_keeps_its_id_when_its_type_changes() -> None:
    before = one(PRODUCTION, "mailer", midnight(ANCHOR - 176 * ONE_DAY))
    after = one(PRODUCTION, "mailer", midnight(ANCHOR - 175 * ONE_DAY))
    assert before.resource_id == after.resource_id
    assert (before.instance_type, after.instance_type) == ("m4.large", "m6i.large")
    assert after.launched_at is not None
    assert after.launched_at.date() == ANCHOR - 176 * ONE_DAY


def test_a_machine_stops_and_starts_again() -> None:
    states = [
        one(STAGING, "dev-bruno", midnight(ANCHOR + day * ONE_DAY)).state
        for day in (-108, -107, -84, -83)
    ]
    assert states == ["running", "stopped", "stopped", "running"]


def test_in_azure_one_is_off_and_allocated_and_others_are_deallocated() -> None:
    machines = fleet(STORES).values()
    off = {i.name: i.state for i in machines if i.state != "running"}
    assert off == {"test-pos-02": "stopped", "till-migration": "deallocated"}
    life = next(m for m in lives(STORES) if m.machine.name == "test-pos-02")
    assert (life.hours_running(-10), life.runs[-1].hours_on(-10)) == (0, 24)


def test_only_machines_that_run_and_face_the_internet_have_a_public_address() -> None:
    stopped = [i for i in fleet(STAGING).values() if i.state == "stopped"]
    assert stopped
    assert {i.public_ip for i in stopped} == {None}
    assert one(PRODUCTION, "shop-web-01", NOW).public_ip
    assert one(PRODUCTION, "mailer", NOW).public_ip is None


def test_forgotten_machines_have_neither_name_nor_tags() -> None:
    nameless = [i for i in fleet(PRODUCTION).values() if not i.name]
    assert nameless
    assert all(not i.tags for i in nameless)


def test_the_company_goes_on_growing_after_the_anchor() -> None:
    assert "shop-web-06" not in names(PRODUCTION, 37)
    assert "shop-web-06" in names(PRODUCTION, 38)


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_the_inventory_changes_on_exactly_the_days_that_are_announced(
    account_id: str,
) -> None:
    demo = DemoProvider(account_id, ANCHOR, NOW)
    window = demo.cost_window(NOW)
    changed = [
        day
        for day in window.days()
        if fleet(account_id, midnight(day))
        != fleet(account_id, midnight(day + ONE_DAY))
    ]
    assert list(demo.state_change_days()) == changed
    assert changed


def test_no_instance_is_launched_after_now() -> None:
    for hours in range(0, 400 * 24, 37):
        now = NOW - timedelta(hours=hours)
        for instance in fleet(STAGING, now).values():
            assert instance.launched_at is not None
            assert instance.launched_at <= now


def test_every_account_has_machines_that_outlive_the_history() -> None:
    for account_id in EVERY_ACCOUNT:
        assert any(life.launched < -400 * 24 for life in lives(account_id))
