"""The demo's Azure has an adviser, whose opinion follows from what there is."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from providers.demo.advice import DISK, RESERVE, RIGHT_SIZE, AzureDemoProvider
from providers.demo.company import STORES
from providers.demo.events import DemoEvent, EventKind
from providers.demo.lives import lives
from providers.records import AdviceRecord

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)


def advice(*events: DemoEvent) -> list[AdviceRecord]:
    provider = AzureDemoProvider(STORES, ANCHOR, NOW, events=events)
    return list(provider.fetch_advice(lambda _: None))


def test_each_kind_is_there_with_an_id_of_its_own_and_the_same_each_time() -> None:
    found = advice()
    assert Counter(one.problem for one in found) == {
        RIGHT_SIZE: 2,
        DISK: 2,
        RESERVE: 2,
    }
    assert len({one.advice_id for one in found}) == len(found)
    assert found == advice()


def test_a_forgotten_machine_is_to_be_shut_down_and_saves_all_that_it_costs() -> None:
    (idle,) = (one for one in advice() if one.resource_name == "old-file-server")
    assert idle.details["recommendationType"] == "Shutdown"
    # Standard_D4s_v5 at 0.192 * 1.20, and Windows on 4 vCPUs, for 730 hours.
    hourly = Decimal("0.192") * Decimal("1.20") + 4 * Decimal("0.046")
    assert idle.monthly_savings == (hourly * 730).quantize(Decimal("0.01"))


def test_what_somebody_stopped_is_advised_no_more() -> None:
    (idle,) = (one for one in advice() if one.resource_name == "old-file-server")
    stopped = DemoEvent(kind=EventKind.STOPPED, hour=-24, what=idle.resource_id)
    assert idle.advice_id not in {one.advice_id for one in advice(stopped)}


@pytest.mark.parametrize("days, disks", [(29, 2), (31, 3)])
def test_a_disk_is_named_once_it_is_left_over_for_more_than_30_days(
    days: int, disks: int
) -> None:
    (machine,) = (one for one in lives(STORES) if one.machine.name == "pos-db-01")
    removed = DemoEvent(
        kind=EventKind.REMOVED, hour=-24 * days, what=machine.instance_id
    )
    assert sum(one.problem == DISK for one in advice(removed)) == disks
