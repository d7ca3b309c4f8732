"""The endpoint of training data: labeled days with the series around them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.amounts import AmountField
from core.api.parameters import refuse_unknown
from core.api.viewsets import RowsViewSet
from insights.labels.filters import LabeledDayFilter
from insights.models import Calibration, Judgment, LabeledDay


def _of_anomaly(name: str, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(
        source=f"judgment.anomaly.{name}", read_only=True, **kwargs
    )


class LabeledDaySerializer(serializers.ModelSerializer[LabeledDay]):
    """One day of the series of a judged anomaly, as it was when it was judged."""

    anomaly = serializers.IntegerField(source="judgment.anomaly_id", read_only=True)
    account = _of_anomaly(
        "account.account_id",
        default=None,
        allow_null=True,
        help_text="null: all accounts together.",
    )
    scope = _of_anomaly("scope")
    sub_account_id = _of_anomaly("sub_account_id")
    service = _of_anomaly("service")
    region = _of_anomaly("region")
    tag_key = _of_anomaly("tag_key")
    tag_value = _of_anomaly("tag_value")
    instance_id = _of_anomaly("resource.resource_id", default=None, allow_null=True)
    unit = _of_anomaly("unit", help_text="A currency, or %.")
    value = AmountField(read_only=True, allow_null=True)
    judged_by = serializers.CharField(source="judgment.source", read_only=True)
    user = serializers.CharField(source="judgment.user_name", read_only=True)
    quality = serializers.FloatField(
        source="judgment.quality", read_only=True, help_text="0 to 1: how sure it is."
    )
    judged_at = serializers.DateTimeField(source="judgment.judged_at", read_only=True)

    class Meta:
        model = LabeledDay
        fields = [
            *("id", "anomaly", "account", "scope", "sub_account_id", "service"),
            *("region", "tag_key", "tag_value", "instance_id", "unit", "day", "value"),
            *("label", "judged_by", "user", "quality", "judged_at"),
        ]
        read_only_fields = fields


class CalibrationSerializer(serializers.ModelSerializer[Calibration]):
    """What was learned for one scope from judged alarms."""

    class Meta:
        model = Calibration
        fields = [
            *("scope", "judged", "precision_before", "precision_after", "recall"),
            *("least_deviation", "calibrated_at"),
        ]
        read_only_fields = fields


class PrecisionSerializer(serializers.Serializer[Any]):
    """Of the alarms that were judged, how many were right."""

    judged = serializers.IntegerField()
    right = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    calibrations = CalibrationSerializer(
        many=True, help_text="Only for users who see all accounts."
    )


class LabeledDayViewSet(RowsViewSet):
    """Days of series that people judged, with the days around them, the newest first.

    `label` is anomaly, normal, or empty for what nobody judged.
    """

    queryset = LabeledDay.objects.select_related(
        "judgment__anomaly__account", "judgment__anomaly__resource"
    ).order_by("-day", "-id")
    serializer_class = LabeledDaySerializer
    filterset_class = LabeledDayFilter
    csv_name = "training-data"

    @extend_schema(responses={200: PrecisionSerializer}, filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def precision(self, request: Request) -> Response:
        """Of the alarms that were judged, how many were right, and what was learned."""
        refuse_unknown(request.query_params, ())
        found = Judgment.objects.visible_to(request.user).precision()
        measured = {
            **found._asdict(),
            "share": found.share,
            "calibrations": Calibration.objects.visible_to(request.user),
        }
        return Response(PrecisionSerializer(measured).data)
