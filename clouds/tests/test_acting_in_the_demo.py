"""What is done to the demo is stored, and read by its next sync."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clouds.models import CloudAccount
from clouds.registry import CloudKind, acting_for, acts_for, provider_for
from providers.acting import ActionKind, CloudAction, seen
from providers.base import InventorySource
from providers.demo.company import PRODUCTION
from providers.demo.events import DemoEvent, EventKind
from providers.records import ResourceRecord

pytestmark = pytest.mark.django_db


def instances(account: CloudAccount, now: datetime) -> dict[str, ResourceRecord]:
    provider = provider_for(account, now)
    assert isinstance(provider, InventorySource)
    parts = provider.fetch_instances(lambda _: None)
    return {one.resource_id: one for part in parts for one in part.resources}


def test_a_machine_that_was_stopped_stays_stopped(now: datetime) -> None:
    account = CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=PRODUCTION, name="production"
    )
    CloudAccount.objects.update(created_at=now)
    account.refresh_from_db()
    assert acts_for(account)
    running = instances(account, now).values()
    machine = next(one for one in running if one.state == "running")
    action = CloudAction(
        key="ci-1",
        kind=ActionKind.STOP_INSTANCE,
        resource_id=machine.resource_id,
        region=machine.region,
        expected=seen(machine),
    )
    undo = acting_for(account, now).act(action, lambda _: None).undo
    assert instances(account, now)[machine.resource_id].state == "stopped"
    assert [event.what for event in account.demo_events.all()] == [machine.resource_id]
    assert undo
    acting_for(account, now).act(replace(undo, key="ci-2"), lambda _: None)
    assert instances(account, now)[machine.resource_id].state == "running"


def test_what_happened_is_listed_in_the_order_of_the_companys_clock(
    now: datetime,
) -> None:
    account = CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=PRODUCTION, name="production"
    )
    for hour in (5, -3):
        event = DemoEvent(kind=EventKind.STOPPED, hour=hour, what=f"at {hour}")
        account.demo_events.store(account, now.date(), event)
    found = account.demo_events.records(now.date() + timedelta(days=1))
    assert [(one.hour, one.what) for one in found] == [(-27, "at -3"), (-19, "at 5")]
