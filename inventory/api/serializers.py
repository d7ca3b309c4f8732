"""Instances as the API answers them."""

from rest_framework import serializers

from clouds.models import CloudAccount
from inventory.models import Instance, StateChange


class InstanceSerializer(serializers.ModelSerializer[Instance]):
    """One virtual machine, as last seen."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    provider = serializers.CharField(source="account.provider", read_only=True)
    instance_id = serializers.CharField(source="resource_id", read_only=True)

    class Meta:
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
        ]


class StateChangeSerializer(serializers.ModelSerializer[StateChange]):
    """One change, as two syncs in a row saw it."""

    class Meta:
        model = StateChange
        fields = ["at", "field", "old_value", "new_value"]


class InstanceDetailSerializer(InstanceSerializer):
    """One virtual machine with its history, the newest change first."""

    changes = StateChangeSerializer(many=True, read_only=True)

    class Meta(InstanceSerializer.Meta):
        fields = [*InstanceSerializer.Meta.fields, "changes"]
