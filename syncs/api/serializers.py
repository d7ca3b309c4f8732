"""Accounts and runs on the wire."""

from typing import Any

from rest_framework import serializers

from clouds.models import CloudAccount
from syncs.models import SyncRun


class CloudAccountSerializer(serializers.ModelSerializer[CloudAccount]):
    """One account of a cloud. Its external ID is a secret and stays out."""

    payer = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True, allow_null=True
    )

    role_arn = serializers.CharField(
        source="settings.role_arn", default="", read_only=True
    )
    regions = serializers.ListField(
        child=serializers.CharField(),
        source="settings.regions",
        default=list,
        read_only=True,
    )

    class Meta:
        model = CloudAccount
        fields = [
            "id",
            "provider",
            "account_id",
            "name",
            "role_arn",
            "regions",
            "is_payer",
            "payer",
            "is_enabled",
            "created_at",
        ]


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    """One reading of one dataset of one account."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    started_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )
    seconds = serializers.SerializerMethodField()

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "account",
            "dataset",
            "status",
            "start",
            "end",
            "trigger",
            "started_by",
            "started_at",
            "finished_at",
            "progress",
            "rows",
            "requests",
            "requests_by_operation",
            "api_cost_usd",
            "seconds",
            "error",
        ]

    def get_seconds(self, run: SyncRun) -> float:
        return round(run.elapsed.total_seconds(), 3)


def refuse_unknown_fields(serializer: serializers.Serializer[Any]) -> None:
    """Raises ValidationError for each field of the request that is not known."""
    unknown = sorted(set(serializer.initial_data) - set(serializer.fields))
    if unknown:
        raise serializers.ValidationError(
            {name: ["Unknown field."] for name in unknown}
        )


class StartSerializer(serializers.Serializer[Any]):
    """What to sync; everything that is left out is chosen as a schedule would."""

    account = serializers.CharField(
        required=False, help_text="Account id or name. Default: all enabled accounts."
    )
    start = serializers.DateField(required=False, help_text="First day, inclusive.")
    end = serializers.DateField(required=False, help_text="Last day, exclusive.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        if "end" in attrs and "start" not in attrs:
            raise serializers.ValidationError({"start": ["end needs a start."]})
        return attrs


class StartedSerializer(serializers.Serializer[Any]):
    """The runs that were queued, and those that held their slot already."""

    runs = SyncRunSerializer(many=True)
    taken = SyncRunSerializer(many=True)
