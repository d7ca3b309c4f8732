"""How the cloud would describe each machine at an instant."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from core.windows import midnight, utc_day
from providers.demo.company import INSTANCE_TYPES, STAGING, TENANCY, Cloud
from providers.demo.events import Events
from providers.demo.lives import Life, lives
from providers.demo.machines import Machine, Role
from providers.demo.shapes import digest
from providers.records import InstanceRecord

ONE_HOUR = timedelta(hours=1)


def describe(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> list[InstanceRecord]:
    """Return the machines that exist at `now`, in every region."""
    hour = hours_since(anchor, now)
    return [
        _describe(life, anchor, hour)
        for life in lives(account_id, events)
        if life.launched <= hour < life.terminated
    ]


def change_days(
    account_id: str, anchor: date, start: date, now: datetime, events: Events = ()
) -> list[date]:
    """Return the days from `start` until `now` on which a machine changed, in order."""
    changes = {hour for life in lives(account_id, events) for hour in life.changes()}
    return days_of(changes, anchor, start, now)


def days_of(
    hours: Iterable[int], anchor: date, start: date, now: datetime
) -> list[date]:
    """Return the days from `start` until `now` on which these hours are, in order."""
    first, last = hours_since(anchor, midnight(start)), hours_since(anchor, now)
    return sorted(
        {utc_day(at(anchor, hour)) for hour in hours if first <= hour <= last}
    )


def hours_since(anchor: date, at: datetime) -> int:
    """Whole hours from the anchor's midnight; negative before it."""
    return (at - midnight(anchor)) // ONE_HOUR


def _describe(life: Life, anchor: date, hour: int) -> InstanceRecord:
    machine = life.machine
    run = [run for run in life.runs if run.start <= hour][-1]
    is_running = hour < min(run.end, life.halted)
    size = INSTANCE_TYPES[run.instance_type]
    place = digest("place", life.instance_id)
    is_public = is_running and machine.role in (Role.WEB, Role.BASTION)
    of_cloud = _of_azure if machine.cloud is Cloud.AZURE else _of_aws
    return InstanceRecord(
        resource_id=life.instance_id,
        region=machine.region,
        state="running" if is_running else _state_off(machine, hour < run.end),
        instance_type=run.instance_type,
        platform=machine.platform,
        operating_system="Windows" if machine.platform else "Linux",
        tenancy=TENANCY,
        lifecycle=machine.lifecycle,
        private_ip=f"10.{int(place[4:6], 16)}.{int(place[6:8], 16)}.{_host(place[8:])}",
        # 203.0.113.0/24 is set aside for documentation.
        public_ip=f"203.0.113.{_host(place[10:])}" if is_public else None,
        launched_at=at(anchor, run.start),
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
        tags=tags_of(machine.account_id, machine.team, machine.name),
        **of_cloud(machine, place),
    )


def _state_off(machine: Machine, is_billed: bool) -> str:
    """Return the state of one that does not run, as its cloud calls it."""
    is_freed = machine.cloud is Cloud.AZURE and not is_billed
    return "deallocated" if is_freed else "stopped"


def _of_aws(machine: Machine, place: str) -> dict[str, Any]:
    return {
        "name": machine.name if machine.is_tagged else "",
        "monitoring": "basic",
        "availability_zone": machine.region + "abc"[int(place[:4], 16) % 3],
        "image_id": "ami-0" + digest("image", machine.region, machine.role)[:16],
        "vpc_id": "vpc-0" + digest("vpc", machine.account_id, machine.region)[:16],
    }


def _of_azure(machine: Machine, place: str) -> dict[str, Any]:
    return {
        "name": machine.name,
        "resource_group": machine.group,
        "availability_zone": "123"[int(place[:4], 16) % 3],
    }


def tags_of(account_id: str, team: str, name: str) -> dict[str, str]:
    """Return its tags: none where nobody put a team on it."""
    if not team:
        return {}
    return {
        "Name": name,
        "team": team,
        "env": "staging" if account_id == STAGING else "production",
        "app": name.rstrip("0123456789-"),
        "cost-center": f"np-{team}",
    }


def _host(digits: str) -> int:
    return 4 + int(digits[:2], 16) % 250


def at(anchor: date, hour: int) -> datetime:
    return midnight(anchor) + ONE_HOUR * hour
