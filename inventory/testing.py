"""Resources for tests, a cloud that answers what it is told, and what is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from clouds.models import CloudAccount
from core.testing.clock import NOW
from core.testing.stored import Rows, sorted_rows
from inventory.kinds import KIND_OF, Kind
from inventory.models import (
    Address,
    Bucket,
    Database,
    Instance,
    LoadBalancer,
    NatGateway,
    Resource,
    Snapshot,
    StateChange,
    Volume,
)
from providers.base import Progress
from providers.meter import Meter
from providers.records import RegionResources

R = TypeVar("R", bound=Resource)


@dataclass
class FakeCloud:
    """A provider that answers every dataset of resources with the same regions.

    What is raised in between is raised by the read.
    """

    answers: list[RegionResources | BaseException] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)

    def fetch_storage(self, progress: Progress) -> Iterator[RegionResources]:
        for answer in self.answers:
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    fetch_instances = fetch_databases = fetch_network = fetch_storage


def resource(
    model: type[R], owner: CloudAccount, resource_id: str, /, **values: object
) -> R:
    """Create a resource that was seen at `NOW`."""
    facts: dict[str, object] = {
        "account": owner,
        "resource_id": resource_id,
        "kind": KIND_OF[model],
        "region": "eu-west-1",
        "name": resource_id,
        "state": "available",
        "tags": {"team": "shop"},
        "first_seen_at": NOW,
        "last_seen_at": NOW,
    }
    made = model(**{**facts, **values})
    made.save(force_insert=True)
    return made


def instance(owner: CloudAccount, name: str, /, **values: object) -> Instance:
    """Create a running instance that was seen at `NOW`."""
    facts: dict[str, object] = {
        "name": name,
        "state": "running",
        "instance_type": "m6i.large",
        "operating_system": "Linux",
        "tenancy": "Shared",
        "monitoring": "basic",
        "lifecycle": "on-demand",
        "resource_id": f"i-{name}",
    }
    facts |= values
    return resource(Instance, owner, str(facts.pop("resource_id")), **facts)


def one_of_each(owner: CloudAccount) -> dict[Kind, Resource]:
    """Create a resource of every kind; the volume and the address belong to it."""
    made = [
        instance(owner, "web"),
        resource(
            Volume,
            owner,
            "vol-1",
            state="in-use",
            volume_type="gp3",
            size_gib=100,
            iops=3000,
            attached_to="i-web",
        ),
        resource(
            Snapshot,
            owner,
            "snap-1",
            state="completed",
            size_gib=100,
            storage_tier="standard",
            source_id="vol-1",
            source_exists=True,
        ),
        resource(
            Bucket,
            owner,
            "northpeak-assets",
            bytes_by_tier={"Standard": 3 * 1024**3, "Glacier": 1024**3},
            total_bytes=4 * 1024**3,
            object_count=1200,
        ),
        resource(
            Database,
            owner,
            "orders",
            engine="postgres",
            engine_version="16.4",
            database_class="db.m6g.large",
            storage_gib=200,
            is_multi_zone=True,
        ),
        resource(Address, owner, "eipalloc-1", ip="203.0.113.9", attached_to="i-web"),
        resource(
            NatGateway, owner, "nat-1", gateway_type="public", public_ips="203.0.113.7"
        ),
        resource(
            LoadBalancer,
            owner,
            "shop-lb",
            state="active",
            balancer_type="application",
            targets=3,
            healthy_targets=2,
        ),
    ]
    return {KIND_OF[type(one)]: one for one in made}


def stored_instances() -> Rows:
    """Return every instance and change, without what differs between runs."""
    return {
        "instances": sorted_rows(
            Instance,
            *("account__account_id", "resource_id", "region", "name", "state"),
            *("instance_type", "vcpus", "memory_mib", "private_ip", "launched_at"),
        ),
        "changes": stored_changes(),
    }


def stored_changes() -> list[tuple[object, ...]]:
    return sorted_rows(
        StateChange, "resource__resource_id", "field", "old_value", "new_value"
    )
