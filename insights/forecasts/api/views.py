"""The endpoint of forecasts."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from insights.forecasts.api.serializers import (
    ForecastDetailSerializer,
    ForecastSerializer,
)
from insights.forecasts.filters import ForecastFilter
from insights.forecasts.track_record import past_forecasts
from insights.models import Forecast


@extend_schema_view(
    list=extend_schema(responses={200: ForecastSerializer}),
    retrieve=extend_schema(responses={200: ForecastDetailSerializer}),
)
class ForecastViewSet(RowsViewSet):
    """Forecasts of daily costs with their measured accuracy.

    The current one of each scope, unless `newest=false` asks for earlier ones. The
    days are in the detail, and in the list with `points=true`.
    """

    queryset = Forecast.objects.select_related("account").order_by("-made_at", "-id")
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
        forecast = self.get_object()
        forecast.past = past_forecasts(forecast, timezone.now())
        return Response(ForecastDetailSerializer(forecast).data)
