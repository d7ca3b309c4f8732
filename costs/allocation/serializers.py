"""Teams, their rules and what they pay on the wire."""

from typing import Any

from rest_framework import serializers

from core.api.amounts import AmountField
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.allocation.team_costs import TeamCosts, Uncovered
from costs.api.serializers import PointParameters, TrendSerializer, trend_data
from costs.models import Team, TeamRule, TeamShare
from costs.queries.query import LARGEST_LIMIT

# Lines of what no rule covers; more of them are no list to read.
LISTED = 100


class TeamSerializer(serializers.ModelSerializer[Team]):
    """Who pays for a part of the bills."""

    class Meta:
        model = Team
        fields = ("id", "name", "description")


class ShareSerializer(serializers.ModelSerializer[TeamShare]):
    """The part that one team pays, in percent."""

    team = serializers.SlugRelatedField[Team](slug_field="name", read_only=True)

    class Meta:
        model = TeamShare
        fields = ("team", "percent")


class TeamRuleSerializer(serializers.ModelSerializer[TeamRule]):
    """Which costs go to which teams; an empty condition is met by anything."""

    shares = ShareSerializer(many=True, read_only=True)

    class Meta:
        model = TeamRule
        fields = (
            *("id", "position", "name", "valid_from", "valid_until", "accounts"),
            *("sub_accounts", "services", "resource_groups", "tag_key", "tag_values"),
            "shares",
        )


class TeamCostParameters(PointParameters):
    """Whose bills, on which days, and how they are cut into points."""

    start = serializers.DateField(required=False, help_text="First day, inclusive.")
    end = serializers.DateField(required=False, help_text="Last day, exclusive.")
    account = serializers.CharField(
        required=False, help_text="Accounts whose bill it is, by their ids."
    )
    currency = serializers.CharField(required=False, help_text="Such as USD.")
    limit = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_LIMIT,
        default=LISTED,
        help_text="So many lines of what no rule covers.",
    )


class UncoveredSerializer(serializers.Serializer[Any]):
    """What no rule covers; null is what no rule looks at."""

    account = serializers.CharField(allow_null=True, help_text="Whose bill it is.")
    sub_account_id = serializers.CharField(allow_null=True)
    service = serializers.CharField(allow_null=True)
    resource_group = serializers.CharField(allow_null=True)
    tag_key = serializers.CharField(allow_null=True)
    tag_value = serializers.CharField(allow_null=True, help_text="Empty: untagged.")
    amount = AmountField()


class TeamCostsSerializer(TrendSerializer):
    """A series per team and "(not allocated)"; their totals sum to `total`."""

    bill = AmountField(allow_null=True, help_text="What the bills say it is in all.")
    reconciled = serializers.BooleanField(
        allow_null=True, help_text="Whether `total` is the bills' total exactly."
    )
    not_allocated = UncoveredSerializer(many=True)
    not_allocated_lines = serializers.IntegerField(help_text="How many there are.")


def team_costs_data(found: TeamCosts, limit: int) -> dict[str, Any]:
    """As TeamCostsSerializer has it; amounts and days are left to the renderer."""
    return {
        **trend_data(found.trend),
        "bill": found.bill,
        "reconciled": found.reconciled,
        "not_allocated": [uncovered_data(one) for one in found.uncovered[:limit]],
        "not_allocated_lines": len(found.uncovered),
    }


def uncovered_data(one: Uncovered) -> dict[str, Any]:
    """Return a line with the names that rows of costs have."""
    values = dict(one.key)
    tag = next((name for name in values if name.startswith(TAG_COLUMN)), "")
    return {
        "account": values.get(COLUMNS["accounts"]),
        "sub_account_id": values.get(COLUMNS["sub_accounts"]),
        "service": values.get(COLUMNS["services"]),
        "resource_group": values.get(COLUMNS["resource_groups"]),
        "tag_key": tag.removeprefix(TAG_COLUMN) or None,
        "tag_value": values.get(tag),
        "amount": one.amount,
    }
