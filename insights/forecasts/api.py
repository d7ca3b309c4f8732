"""The endpoint of forecasts; amounts are decimal strings."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.account_fields import AccountIdField
from core.api.amounts import AmountField
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from insights.forecasts.filters import ForecastFilter
from insights.forecasts.models import Trust
from insights.forecasts.month_end import MonthEnd, month_end_of
from insights.forecasts.track_record import PastForecast, past_forecasts
from insights.models import Forecast, ForecastPoint, MonthEndMiss


class ForecastPointSerializer(serializers.ModelSerializer[ForecastPoint]):
    """One forecast day and its two intervals."""

    mean = AmountField(read_only=True)
    low_80 = AmountField(read_only=True)
    high_80 = AmountField(read_only=True)
    low_95 = AmountField(read_only=True)
    high_95 = AmountField(read_only=True)

    class Meta:
        model = ForecastPoint
        fields = ["day", "mean", "low_80", "high_80", "low_95", "high_95"]


class AccuracySerializer(serializers.Serializer[Forecast]):
    """The backtest on the scope's own past; null: the history is too short."""

    mase = serializers.FloatField(
        allow_null=True, help_text="Mean absolute scaled error; below 1 is good."
    )
    naive_mase = serializers.FloatField(
        allow_null=True, help_text="The same of seasonal naive: the last week again."
    )
    smape = serializers.FloatField(allow_null=True, help_text="0 to 200 percent.")
    coverage_80 = serializers.FloatField(
        allow_null=True, help_text="Share of days inside the 80% interval."
    )
    coverage_95 = serializers.FloatField(
        allow_null=True, help_text="Share of days inside the 95% interval."
    )
    folds = serializers.IntegerField(help_text="Backtest folds.")


class TrustSerializer(serializers.Serializer[Trust]):
    """What earlier forecasts of the scope missed at the ends of months."""

    months = serializers.IntegerField(
        help_text="Month ends that were measured: one forecast each, of about the "
        "same day of the month."
    )
    replayed_months = serializers.IntegerField(
        help_text="Of these, forecast afterwards from the data of then."
    )
    mean_error_percent = serializers.FloatField(help_text="Of the month's bill.")
    largest_error_percent = serializers.FloatField()
    months_within_80 = serializers.IntegerField(
        help_text="Months that ended inside the 80% interval of then."
    )
    days = serializers.IntegerField(help_text="Days of these months forecast.")
    days_within_80 = serializers.IntegerField(
        help_text="Days that came inside the 80% interval of then."
    )


class ForecastSerializer(serializers.ModelSerializer[Forecast]):
    """A forecast of the daily costs of one scope; its points only on request."""

    account = AccountIdField(allow_null=True, help_text="null: all accounts together.")
    trust = TrustSerializer(
        allow_null=True, read_only=True, help_text="null: no month end is measured yet."
    )
    accuracy = AccuracySerializer(source="*", read_only=True)
    # Not read_only: the schema would promise it in every list.
    points = ForecastPointSerializer(
        many=True, required=False, help_text="In a list only with points=true."
    )

    class Meta:
        model = Forecast
        fields = [
            *("id", "account", "scope", "key", "currency", "made_at", "data_until"),
            *("horizon", "model", "note", "is_newest", "is_replayed", "trust"),
            *("widened_to_percent", "accuracy", "points"),
        ]

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        if self.context.get("without_points"):
            del found["points"]
        return found


class PastForecastSerializer(serializers.Serializer[PastForecast]):
    """One past forecast compared with the bill."""

    forecast = serializers.IntegerField(source="forecast.pk")
    forecast_date = serializers.DateField(source="forecast.data_until")
    start = serializers.DateField(source="window.start")
    end = serializers.DateField(source="window.end")
    forecasted = AmountField()
    actual = AmountField()
    error_percent = serializers.FloatField(allow_null=True)
    share_within_80 = serializers.FloatField()
    share_within_95 = serializers.FloatField()


class MonthEndSerializer(serializers.ModelSerializer[MonthEndMiss]):
    """A month end that is known by now, as it was forecast and as it came."""

    forecasted = AmountField(read_only=True)
    low_80 = AmountField(read_only=True)
    high_80 = AmountField(read_only=True)
    actual = AmountField(read_only=True)
    error_percent = serializers.FloatField(allow_null=True, read_only=True)

    class Meta:
        model = MonthEndMiss
        fields = [
            *("month", "forecast_date", "is_replayed", "forecasted", "low_80"),
            *("high_80", "actual", "error_percent", "days", "days_within_80"),
        ]


class ForecastMonthSerializer(serializers.Serializer[MonthEnd]):
    """The running month: billed before `spent_until`, and forecast since."""

    month = serializers.DateField()
    spent = AmountField()
    spent_until = serializers.DateField()
    mean = AmountField()
    low_80 = AmountField()
    high_80 = AmountField()


class ForecastDetailSerializer(ForecastSerializer):
    """A forecast with its points, and what earlier ones of the same scope missed."""

    month_end = ForecastMonthSerializer(
        read_only=True, allow_null=True, help_text="null: it ends before the month."
    )

    month_ends = MonthEndSerializer(
        source="misses", many=True, read_only=True, help_text="The newest first."
    )
    past = PastForecastSerializer(many=True, read_only=True)

    class Meta(ForecastSerializer.Meta):
        fields = [*ForecastSerializer.Meta.fields, "month_end", "month_ends", "past"]


@extend_schema_view(
    list=extend_schema(responses={200: ForecastSerializer}),
    retrieve=extend_schema(responses={200: ForecastDetailSerializer}),
)
class ForecastViewSet(RowsViewSet):
    """Forecasts of daily costs with their measured accuracy.

    The current one of each scope, unless `newest=false` asks for earlier ones. The
    days are in the detail, and in the list with `points=true`.
    """

    queryset = (
        Forecast.objects.select_related("account")
        .prefetch_related("misses")
        .order_by("-made_at", "-id")
    )
    pagination_class = Pages
    serializer_class = ForecastSerializer
    filterset_class = ForecastFilter
    csv_name = "forecasts"

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        is_schema = getattr(self, "swagger_fake_view", False)
        with_points = is_schema or self.request.query_params.get("points") == "true"
        return {**context, "without_points": not with_points}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        forecast, now = self.get_object(), timezone.now()
        forecast.past = past_forecasts(forecast, now)
        forecast.month_end = month_end_of([forecast], now)
        return Response(ForecastDetailSerializer(forecast).data)
