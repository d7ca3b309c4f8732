"""Instances for tests, and what is stored of them."""

from clouds.models import CloudAccount
from core.testing.clock import NOW
from core.testing.stored import Rows, sorted_rows
from inventory.models import Instance, Resource, StateChange


def instance(owner: CloudAccount, name: str, **values: object) -> Instance:
    """Create a running instance that was seen at `NOW`."""
    facts: dict[str, object] = {
        "account": owner,
        "resource_id": f"i-{name}",
        "kind": Resource.Kind.INSTANCE,
        "region": "eu-west-1",
        "name": name,
        "state": "running",
        "instance_type": "m6i.large",
        "operating_system": "Linux",
        "tenancy": "Shared",
        "monitoring": "basic",
        "lifecycle": "on-demand",
        "tags": {"team": "shop"},
        "first_seen_at": NOW,
        "last_seen_at": NOW,
    }
    return Instance.objects.create(**{**facts, **values})


def stored_instances() -> Rows:
    """Return every instance and change, without what differs between runs."""
    return {
        "instances": sorted_rows(
            Instance,
            *("account__account_id", "resource_id", "region", "name", "state"),
            *("instance_type", "vcpus", "memory_mib", "private_ip", "launched_at"),
        ),
        "changes": sorted_rows(
            StateChange, "resource__resource_id", "field", "old_value", "new_value"
        ),
    }
