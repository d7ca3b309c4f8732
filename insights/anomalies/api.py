"""The endpoint of anomalies; amounts are decimal strings."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from clouds.account_fields import AccountIdField
from core.api.amounts import AmountField
from core.api.row_serializer import RowSerializer
from costs.lines.explanation import LineKind
from insights.anomalies.filters import AnomalyFilter
from insights.api.serializers import (
    ChangeSerializer,
    ChangeStatusSerializer,
)
from insights.api.views import StatusViewSet, status_schema
from insights.models import Anomaly
from users.user_fields import OWNED_FIELDS, OwnerField

LINE_KINDS = [(one.value, one.value) for one in LineKind]


class StoredAmountField(AmountField):
    """An amount that JSON stores as text."""

    def to_representation(self, value: Decimal | str) -> str:
        return super().to_representation(Decimal(value))


class CauseSerializer(serializers.Serializer[Any]):
    """One root cause of an anomaly, and what it added."""

    name = serializers.CharField()
    account = serializers.CharField()
    service = serializers.CharField()
    region = serializers.CharField()
    amount = StoredAmountField()
    share = serializers.FloatField(help_text="0 to 1 of the whole.")


class TagCauseSerializer(serializers.Serializer[Any]):
    """A value of a tag, and what it added to the parts that an anomaly comes from."""

    key = serializers.CharField()
    value = serializers.CharField(allow_blank=True, help_text="Empty: untagged.")
    amount = StoredAmountField()
    share = serializers.FloatField(help_text="0 to 1 of all values of this key.")


class AnomalyLineCauseSerializer(serializers.Serializer[Any]):
    """A use of a resource, by line items, and what it added to its last days: beside
    as many days before the anomaly, of the same weekdays."""

    kind = serializers.ChoiceField(choices=LINE_KINDS)
    resource = serializers.CharField(allow_blank=True)
    usage_type = serializers.CharField(allow_blank=True)
    operation = serializers.CharField(allow_blank=True)
    account = serializers.CharField(allow_blank=True)
    service = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    amount = StoredAmountField()
    share = serializers.FloatField(
        help_text="0 to 1 of all uses that went the same way."
    )


class AnomalySerializer(RowSerializer[Anomaly]):
    """An anomaly of costs, or of an instance's CPU, whose amounts are then percent."""

    account = AccountIdField(allow_null=True, help_text="null: all accounts together.")
    owner = OwnerField()
    instance_id = serializers.CharField(
        source="resource.resource_id", allow_null=True, default=None, read_only=True
    )
    unit = serializers.CharField(read_only=True, help_text="A currency, or %.")
    expected = AmountField(read_only=True)
    low = AmountField(read_only=True)
    high = AmountField(read_only=True)
    actual = AmountField(read_only=True)
    impact = AmountField(
        read_only=True,
        allow_null=True,
        help_text="The cost of all its days beyond the expected cost.",
    )
    causes = CauseSerializer(many=True, read_only=True)
    tag_causes = TagCauseSerializer(many=True, read_only=True)
    line_causes = AnomalyLineCauseSerializer(
        many=True, read_only=True, help_text="Empty without the bill's line items."
    )

    class Meta:
        model = Anomaly
        fields = [
            *("id", "title", "account", "scope", "sub_account_id", "service", "region"),
            *("tag_key", "tag_value", "instance_id", "unit", "kind", "direction"),
            *("first_day", "last_day"),
            *("peak_day", "seen_on", "is_over", "expected", "low", "high", "actual"),
            *("impact", "severity", "confidence", "recall", "false_per_month"),
            *(
                "causes",
                "tag_causes",
                "line_causes",
                "status",
                "detected_at",
                *OWNED_FIELDS,
                "version",
            ),
        ]
        read_only_fields = fields


class AnomalyDetailSerializer(AnomalySerializer):
    """An anomaly with the history of its status."""

    changes = ChangeSerializer(many=True, read_only=True)

    class Meta(AnomalySerializer.Meta):
        fields = [*AnomalySerializer.Meta.fields, "changes"]
        read_only_fields = fields


class ChangeAnomalySerializer(ChangeStatusSerializer):
    """A new status of an anomaly."""

    status = serializers.ChoiceField(choices=Anomaly.Status.choices)


@status_schema(AnomalyDetailSerializer, ChangeAnomalySerializer)
class AnomalyViewSet(StatusViewSet):
    """Anomalies of costs and CPU, the newest first."""

    queryset = Anomaly.objects.select_related("account", "resource", "owner").order_by(
        "-first_day", "-id"
    )
    serializer_class = AnomalySerializer
    detail_serializer = AnomalyDetailSerializer
    status_serializer = ChangeAnomalySerializer
    filterset_class = AnomalyFilter
    csv_name = "anomalies"
