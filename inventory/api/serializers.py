"""Resources as the API answers them."""

from functools import cache

from rest_framework import serializers

from clouds.account_fields import AccountIdField
from inventory.kinds import KINDS, Kind
from inventory.models import Instance, Resource, StateChange
from users.user_fields import OWNED_FIELDS, OwnerField

HEAD = [
    *("id", "account", "provider", "resource_id", "kind", "name", "region"),
    *("resource_group", "state"),
]
TAIL = [
    *("created_at", "tags", "first_seen_at", "last_seen_at", "gone_since"),
    *OWNED_FIELDS,
]


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    """One resource of any kind, as last seen."""

    account = AccountIdField()
    provider = serializers.CharField(source="account.provider", read_only=True)
    owner = OwnerField()

    class Meta:
        model: type[Resource] = Resource
        fields = [*HEAD, *TAIL]


class InstanceSerializer(ResourceSerializer):
    """One virtual machine, as last seen."""

    instance_id = serializers.CharField(source="resource_id", read_only=True)

    class Meta(ResourceSerializer.Meta):
        model = Instance
        fields = [
            "id",
            "account",
            "provider",
            "instance_id",
            "name",
            "region",
            "resource_group",
            "state",
            "instance_type",
            "vcpus",
            "memory_mib",
            *("platform", "operating_system", "tenancy", "monitoring"),
            "lifecycle",
            "availability_zone",
            "image_id",
            "vpc_id",
            "private_ip",
            "public_ip",
            "launched_at",
            "tags",
            "first_seen_at",
            "last_seen_at",
            "gone_since",
            *OWNED_FIELDS,
        ]


class StateChangeSerializer(serializers.ModelSerializer[StateChange]):
    """One change, as two syncs in a row saw it."""

    class Meta:
        model = StateChange
        fields = ["at", "field", "old_value", "new_value"]


@cache
def serializer_of(kind: Kind) -> type[ResourceSerializer]:
    """Return the serializer of a kind: what any resource has, and what only it has."""
    traits = KINDS[kind]
    meta = {"model": traits.model, "fields": [*HEAD, *traits.own_fields, *TAIL]}
    name = traits.model.__name__
    return type(
        f"{name}Serializer",
        (ResourceSerializer,),
        {
            "__doc__": f"One {kind.label.lower()}, as last seen.",
            "Meta": type("Meta", (), meta),
        },
    )


@cache
def with_changes(rows: type[ResourceSerializer]) -> type[ResourceSerializer]:
    """Return the serializer of one with its history, the newest change first."""
    meta = {"model": rows.Meta.model, "fields": [*rows.Meta.fields, "changes"]}
    return type(
        rows.__name__.replace("Serializer", "DetailSerializer"),
        (rows,),
        {
            "__doc__": f"{rows.__doc__} With its history, the newest change first.",
            "changes": StateChangeSerializer(many=True, read_only=True),
            "Meta": type("Meta", (), meta),
        },
    )
