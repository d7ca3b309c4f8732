"""Backfills on the wire: the price in USD, and how far their windows are."""

from typing import Any

from rest_framework import serializers

from clouds.models import CloudAccount
from core.api.amounts import AmountField
from syncs.api.serializers import refuse_unknown_fields
from syncs.backfills.models import FILLABLE
from syncs.models import Backfill, BackfillWindow


class ProposalSerializer(serializers.Serializer[Any]):
    """What to read again."""

    account = serializers.CharField(help_text="Account id or name.")
    dataset = serializers.ChoiceField(choices=FILLABLE)
    start = serializers.DateField(help_text="First day, inclusive.")
    end = serializers.DateField(
        required=False, help_text="Last day, exclusive. Default: today."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        return attrs


class BackfillWindowSerializer(serializers.ModelSerializer[BackfillWindow]):
    """One part of a backfill: what one run reads."""

    class Meta:
        model = BackfillWindow
        fields = ["start", "end", "status", "attempts", "due_at", "error"]


class BackfillSerializer(serializers.ModelSerializer[Backfill]):
    """A range of days of one dataset of one account that somebody asked for."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    estimated_usd = AmountField(
        read_only=True, help_text="What its requests will cost, about."
    )
    created_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )
    windows_total = serializers.IntegerField(read_only=True)
    windows_read = serializers.IntegerField(read_only=True)
    windows_active = serializers.IntegerField(read_only=True)
    windows_failed = serializers.IntegerField(read_only=True)

    class Meta:
        model = Backfill
        fields = [
            "id",
            "account",
            "dataset",
            "start",
            "end",
            "status",
            "estimated_usd",
            "created_by",
            "created_at",
            "finished_at",
            "windows_total",
            "windows_read",
            "windows_active",
            "windows_failed",
        ]


class BackfillDetailSerializer(BackfillSerializer):
    """A backfill with its windows, the newest days first."""

    windows = BackfillWindowSerializer(many=True, read_only=True)

    class Meta(BackfillSerializer.Meta):
        fields = [*BackfillSerializer.Meta.fields, "windows"]
