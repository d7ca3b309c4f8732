"""Resources with what they cost; amounts are decimal strings, unknown is null."""

from typing import Any

from rest_framework import serializers

from core.api.amounts import AmountField
from dashboard.resource_costs import CostBasis


class PricedSerializer(serializers.Serializer[Any]):
    """What every row has."""

    name = serializers.CharField()
    resource_id = serializers.CharField()
    provider = serializers.CharField()
    location = serializers.CharField(help_text="The region.")
    resource_group = serializers.CharField()
    status = serializers.CharField(help_text="As its cloud calls its state.")
    monthlyCost = AmountField(allow_null=True, help_text="For 730 hours.")
    monthlyCostBasis = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in CostBasis],
        allow_null=True,
        help_text="What it is made of: what the bill charged for it alone; the list "
        "price at the rate that the account pays; the list price; or 0, as its cloud "
        "bills nothing in this state. null: the cost is unknown.",
    )
    currency = serializers.CharField(allow_null=True, help_text="Of the cost.")
    potentialSavings = AmountField(
        allow_null=True,
        help_text="A month, of its live recommendations, nothing counted twice; null "
        "where the price is unknown or nothing was looked for.",
    )
    savingsCurrency = serializers.CharField(allow_null=True)
    tags = serializers.DictField(child=serializers.CharField())


class VmSerializer(PricedSerializer):
    """One virtual machine, with its utilization, cost and savings."""

    size = serializers.CharField(help_text="Its type, such as m6i.large.")
    cpuUtilization = serializers.FloatField(
        allow_null=True, help_text="Percent, the mean of the last 14 days."
    )
    memoryUtilization = serializers.FloatField(
        allow_null=True, help_text="Percent, the mean of the last 14 days."
    )
    recommendation = serializers.CharField(
        allow_null=True, help_text="That with the largest saving."
    )


class StorageSerializer(PricedSerializer):
    """One storage account or bucket, with its size, cost and savings."""

    tier = serializers.CharField(
        allow_null=True, help_text="Where objects go that name none."
    )
    sizeGB = serializers.FloatField(
        allow_null=True, help_text="In 10^9 bytes, as last measured."
    )
    recommendations = serializers.ListField(
        child=serializers.CharField(), help_text="The largest saving first."
    )
    lastAccessed = serializers.DateTimeField(
        allow_null=True, help_text="Always null: no cloud tells."
    )


class PricedResourceSerializer(PricedSerializer):
    """One resource of any kind, with its cost and savings."""

    kind = serializers.CharField()
    recommendations = serializers.ListField(
        child=serializers.CharField(), help_text="The largest saving first."
    )
    lines = serializers.CharField(
        allow_null=True,
        help_text="Where its lines of the bill are; null where its bill has none, or "
        "you may not see costs.",
    )


class CurrencyCostSerializer(serializers.Serializer[Any]):
    """A sum in one currency."""

    currency = serializers.CharField()
    monthlyCost = AmountField()


class KindCostSerializer(serializers.Serializer[Any]):
    """Resources of one kind together."""

    kind = serializers.CharField()
    count = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Those whose cost is unknown.")
    costs = CurrencyCostSerializer(
        many=True, help_text="Of the others; two currencies are never added."
    )


class KindCostsSerializer(serializers.Serializer[Any]):
    """Resources by kind, with what they cost a month."""

    kinds = KindCostSerializer(many=True)
