"""Energy and emissions on the wire: kWh and kg CO2e; null is unknown."""

from typing import Any

from rest_framework import serializers

from carbon.amounts import Amounts
from carbon.engine.score import Part, Score
from carbon.models import ResourceEmission
from core.api.amounts import AmountField


class EmissionSerializer(serializers.ModelSerializer[ResourceEmission]):
    """The energy and emissions of one resource on one UTC day, estimated."""

    account = serializers.CharField(source="resource.account.account_id")
    kind = serializers.CharField(source="resource.kind")
    resource_id = serializers.CharField(source="resource.resource_id")
    name = serializers.CharField(source="resource.name")
    region = serializers.CharField(source="resource.region")

    class Meta:
        model = ResourceEmission
        fields = [
            *("account", "kind", "resource_id", "name", "region", "day"),
            *("cpu_kwh", "memory_kwh", "storage_kwh", "network_kwh", "kwh"),
            *("operational_kg", "embodied_kg", "unknown"),
        ]


class EmissionAmountsSerializer(serializers.Serializer[Amounts]):
    """Energy and emissions; what is unknown is counted, and in no sum."""

    kwh = serializers.FloatField(allow_null=True)
    operational_kg = serializers.FloatField(allow_null=True)
    embodied_kg = serializers.FloatField(allow_null=True)
    kg = serializers.FloatField(
        allow_null=True, help_text="Operational and embodied, as far as known."
    )
    resource_days = serializers.IntegerField(help_text="Resources, day by day.")
    unknown = serializers.IntegerField(
        help_text="Of these, how many have unknown emissions."
    )
    embodied_unknown = serializers.IntegerField(
        help_text="Machines, day by day, whose share of a server is unknown."
    )


class CarbonPointSerializer(serializers.Serializer[Any]):
    """One UTC day."""

    day = serializers.DateField()
    kwh = serializers.FloatField(source="amounts.kwh", allow_null=True)
    operational_kg = serializers.FloatField(
        source="amounts.operational_kg", allow_null=True
    )
    embodied_kg = serializers.FloatField(source="amounts.embodied_kg", allow_null=True)
    unknown = serializers.IntegerField(source="amounts.unknown")


class WithCostSerializer(serializers.Serializer[Any]):
    """The same with what it cost, in effective cost."""

    total = EmissionAmountsSerializer()
    cost = AmountField(
        source="cost.amount",
        allow_null=True,
        default=None,
        help_text="null: it is not read of each account, or in several currencies.",
    )
    currency = serializers.CharField(
        source="cost.currency", allow_null=True, default=None
    )
    kg_per_unit = serializers.FloatField(
        allow_null=True, help_text="kg CO2e for each unit of the currency."
    )


class CarbonGroupSerializer(WithCostSerializer):
    """One account, service, region or team; days without a resource have no point."""

    name = serializers.CharField(source="label")
    account = serializers.CharField(
        source="key", help_text="The account's id, where it is grouped by account."
    )
    points = CarbonPointSerializer(many=True)


class CarbonTrendSerializer(WithCostSerializer):
    """The emissions of a window, by account, service, region or team, the largest
    first."""

    start = serializers.DateField(source="window.start")
    end = serializers.DateField(source="window.end")
    group_by = serializers.CharField()
    groups = CarbonGroupSerializer(many=True)


class ScorePartSerializer(serializers.Serializer[Part]):
    """One part of the score, with its formula."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    weight = serializers.IntegerField()
    input = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(help_text="Of the input.")
    formula = serializers.CharField()
    points = serializers.FloatField(
        allow_null=True, help_text="0 to 100; null: its input is unknown."
    )


class SustainabilityScoreSerializer(serializers.Serializer[Score]):
    """The mean of the parts by their weights; a part that is unknown is left out."""

    points = serializers.FloatField(
        allow_null=True, help_text="0 to 100; null: nothing is known."
    )
    parts = ScorePartSerializer(many=True)
