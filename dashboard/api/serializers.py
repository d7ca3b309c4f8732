"""The dashboard's answers; amounts are decimal strings."""

from typing import Any

from rest_framework import serializers

from core.api.amounts import AmountField
from dashboard.models import DashboardMetric
from dashboard.summary import DashboardSummary


class CurrencyParameter(serializers.Serializer[Any]):
    """Which currency is summed."""

    currency = serializers.CharField(
        required=False,
        help_text="Default: the first, by its letters, in which bills go on.",
    )


class DayCostSerializer(serializers.Serializer[Any]):
    """What one UTC day cost; null where it is not stored."""

    date = serializers.DateField()
    cost = AmountField(allow_null=True)


class ServiceCostSerializer(serializers.Serializer[Any]):
    """What one service cost in the month."""

    name = serializers.CharField()
    cost = AmountField()
    change_percent = serializers.FloatField(
        allow_null=True,
        help_text="Since the 30 days before; null unless both are stored whole.",
    )


class GroupCostSerializer(serializers.Serializer[Any]):
    """What one resource group cost in the month."""

    name = serializers.CharField()
    cost = AmountField()


class PercentsSerializer(serializers.Serializer[Any]):
    """In percent; null: `utilization_notes` says why."""

    compute = serializers.FloatField(
        allow_null=True, help_text="Mean CPU of the running instances, 14 days."
    )
    storage = serializers.FloatField(allow_null=True)
    database = serializers.FloatField(
        allow_null=True, help_text="Mean CPU of the databases, 14 days."
    )
    network = serializers.FloatField(allow_null=True)


class DashboardSerializer(serializers.Serializer[Any]):
    """All that a user may see, in one currency; null is unknown."""

    total_monthly_cost = AmountField(
        allow_null=True, help_text="The 30 days up to `data_through`."
    )
    monthly_change_percent = serializers.FloatField(
        allow_null=True,
        help_text="Since the 30 days before; null unless both are stored whole.",
    )
    projected_monthly_cost = AmountField(
        allow_null=True,
        help_text="This calendar month at its end: by the forecasts, else by weekdays.",
    )
    projection_low = AmountField(
        allow_null=True, help_text="80% interval; null without forecasts."
    )
    projection_high = AmountField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    other_currencies = serializers.ListField(
        child=serializers.CharField(),
        help_text="Never added to this one; ask with `currency`.",
    )
    daily_costs = DayCostSerializer(many=True)
    top_services = ServiceCostSerializer(many=True)
    resource_groups = GroupCostSerializer(many=True)
    utilization_metrics = PercentsSerializer()
    utilization_notes = serializers.DictField(child=serializers.CharField())
    total_vms = serializers.IntegerField()
    running_vms = serializers.IntegerField()
    total_storage_accounts = serializers.IntegerField(
        help_text="Storage accounts and buckets."
    )
    total_potential_savings = AmountField(
        allow_null=True,
        help_text="A month, of live recommendations in this currency, nothing counted "
        "twice; null before the first were computed.",
    )
    data_through = serializers.DateField(
        allow_null=True, help_text="The newest complete day that is stored."
    )
    reconciled = serializers.BooleanField(
        allow_null=True,
        help_text="Whether the rows of the 30 days sum to the bill exactly, and no "
        "account lacks a day.",
    )


FIELDS = list(DashboardSerializer().fields)


def dashboard_data(found: DashboardSummary) -> dict[str, Any]:
    """As DashboardSerializer has it; amounts and days are left to the renderer."""
    return {
        **{name: getattr(found, name) for name in FIELDS},
        "top_services": [
            {
                "name": line.label,
                "cost": line.total,
                "change_percent": line.change_percent,
            }
            for line in found.top_services
        ],
        "resource_groups": [
            {"name": name, "cost": cost} for name, cost in found.resource_groups
        ],
    }


class SearchParameters(serializers.Serializer[Any]):
    """What is looked for."""

    q = serializers.CharField(
        max_length=200, help_text="Part of a name, an ID or an IP address."
    )


class HitSerializer(serializers.Serializer[Any]):
    """Something that has a page."""

    kind = serializers.CharField(
        help_text="page, view, account, service, budget or resource."
    )
    name = serializers.CharField()
    detail = serializers.CharField(help_text="What and where it is.")
    url = serializers.CharField(help_text="The address of its page.")


class DashboardMetricSerializer(serializers.ModelSerializer[DashboardMetric]):
    """The summary of all accounts in one currency, as it was at the end of a day."""

    total_monthly_cost = AmountField(allow_null=True)
    projected_monthly_cost = AmountField(allow_null=True)
    projection_low = AmountField(allow_null=True)
    projection_high = AmountField(allow_null=True)
    utilization_metrics = PercentsSerializer()
    total_potential_savings = AmountField(allow_null=True)

    class Meta:
        model = DashboardMetric
        fields = [
            *("day", "currency", "total_monthly_cost", "monthly_change_percent"),
            *("projected_monthly_cost", "projection_low", "projection_high"),
            *("utilization_metrics", "total_vms", "running_vms"),
            *("total_storage_accounts", "total_potential_savings"),
            *("data_through", "reconciled", "computed_at"),
        ]
