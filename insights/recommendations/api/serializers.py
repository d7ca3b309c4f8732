"""Recommendations and verified savings on the wire."""

from typing import Any

from rest_framework import serializers

from clouds.account_fields import AccountIdField
from core.api.amounts import AmountField
from core.api.row_serializer import RowSerializer
from insights.api.serializers import (
    ChangeSerializer,
    ChangeStatusSerializer,
)
from insights.models import Recommendation, Verification
from users.user_fields import OWNED_FIELDS, OwnerField


class VerificationSerializer(serializers.ModelSerializer[Verification]):
    """Whether later bills verify the saving."""

    expected = AmountField(read_only=True, allow_null=True)
    realized = AmountField(read_only=True, allow_null=True)
    figures = serializers.DictField(read_only=True)

    class Meta:
        model = Verification
        fields = [
            *("status", "expected", "realized", "currency", "share", "reason"),
            *("figures", "checked_at"),
        ]


class RecommendationSerializer(RowSerializer[Recommendation]):
    """One thing to do about one resource or commitment, with its evidence."""

    account = AccountIdField()
    owner = OwnerField()
    kind = serializers.CharField(
        read_only=True, help_text="Of the resource, or commitment."
    )
    resource_id = serializers.CharField(
        source="subject_id",
        read_only=True,
        help_text="Its cloud's id; of a commitment its own, or what it would cover.",
    )
    region = serializers.CharField(
        read_only=True, help_text="Empty: not of one region."
    )
    savings_monthly = AmountField(
        read_only=True, allow_null=True, help_text="For 730 hours; null: price unknown."
    )
    counted_monthly = AmountField(
        read_only=True,
        allow_null=True,
        help_text="The part of it in totals; an alternative counts 0.",
    )
    implementation_steps = serializers.ListField(
        child=serializers.CharField(), read_only=True
    )
    evidence = serializers.DictField(read_only=True, help_text="The days and figures.")

    class Meta:
        model = Recommendation
        fields = [
            *("id", "title", "account", "kind", "resource_id", "region", "rule"),
            *("priority", "category", "current_state", "recommendation"),
            *("savings_monthly", "counted_monthly", "alternative_to", "currency"),
            *("kg_per_month", "price_basis", "impact", "effort", "complexity"),
            *("estimated_time", "risk", "risk_reason"),
            *("confidence", "implementation_steps", "evidence", "resource_type"),
            *("target", "status", "reason", "is_found", "fingerprint", "found_at"),
            *("done_at", *OWNED_FIELDS, "version"),
        ]
        read_only_fields = fields


class RecommendationDetailSerializer(RecommendationSerializer):
    """A recommendation with its history and the verification of its saving."""

    changes = ChangeSerializer(many=True, read_only=True)
    verification = VerificationSerializer(
        read_only=True, allow_null=True, default=None, help_text="null: not done yet."
    )

    class Meta(RecommendationSerializer.Meta):
        fields = [*RecommendationSerializer.Meta.fields, "changes", "verification"]
        read_only_fields = fields


class ChangeRecommendationSerializer(ChangeStatusSerializer):
    """A new status of a recommendation. Dismissing it needs a reason in the note."""

    status = serializers.ChoiceField(
        choices=[
            (one.value, one.label)
            for one in Recommendation.Status
            if one in Recommendation.CHOSEN
        ]
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="The same as note: why it is dismissed.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        reason = attrs.pop("reason", "")
        return {**super().validate(attrs), "note": attrs["note"] or reason}


class SumSerializer(serializers.Serializer[Any]):
    """A month's money in one currency."""

    currency = serializers.CharField()
    amount = AmountField()


class RatingsSerializer(serializers.Serializer[Any]):
    """All ratings together."""

    count = serializers.IntegerField()
    average_rating = serializers.FloatField(allow_null=True)
    flagged = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """Statistics of the filtered recommendations."""

    count = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_priority = serializers.DictField(child=serializers.IntegerField())
    by_category = serializers.DictField(child=serializers.IntegerField())
    potential_monthly = SumSerializer(
        many=True, help_text="Of open, accepted and in-progress ones."
    )
    feedback = RatingsSerializer()


class SavingsLineSerializer(serializers.Serializer[Any]):
    """Completed recommendations in one currency with one verdict."""

    currency = serializers.CharField()
    status = serializers.CharField(help_text="pending, realized or not_realized.")
    count = serializers.IntegerField()
    expected = AmountField(allow_null=True)
    realized = AmountField(allow_null=True)


class SavingsSumSerializer(serializers.Serializer[Any]):
    """Savings a month in one currency."""

    currency = serializers.CharField()
    potential = AmountField(help_text="Of open, accepted and in-progress ones.")
    accepted = AmountField(help_text="Of it, accepted or in progress.")
    pending = AmountField(help_text="Done, and not on enough days of a bill yet.")
    expected = AmountField(
        help_text="Done and verified, where what came is known: as recommended."
    )
    realized = AmountField(help_text="Done and verified: as the bill says.")
    difference = AmountField(
        allow_null=True, help_text="Realized less expected; null: nothing is verified."
    )
    done = serializers.IntegerField(help_text="How many of a known price are done.")


class SavingsOfMonthSerializer(SavingsSumSerializer):
    """What was found, and what was done, in one month."""

    month = serializers.DateField(source="key", help_text="Its first day.")


class SavingsOfCategorySerializer(SavingsSumSerializer):
    """Savings of one category."""

    category = serializers.CharField(source="key")


class SavingsSerializer(serializers.Serializer[Any]):
    """Savings a month, and what later bills verify of them."""

    realized_monthly = SumSerializer(many=True)
    verdicts = SavingsLineSerializer(many=True)
    totals = SavingsSumSerializer(many=True)
    by_month = SavingsOfMonthSerializer(many=True, help_text="The newest first.")
    by_category = SavingsOfCategorySerializer(many=True)
