"""Forecasts and anomalies, and a new status of an anomaly."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from insights.api.permissions import MayChange
from insights.api.serializers import (
    AnomalyDetailSerializer,
    AnomalySerializer,
    ForecastDetailSerializer,
    ForecastSerializer,
    MoveAnomalySerializer,
)
from insights.filters import AnomalyFilter, ForecastFilter
from insights.models import Anomaly, Forecast
from insights.moves import CannotMove, Row, Stale, move
from insights.track_record import past_forecasts
from people.audit import record
from rest.errors import Conflict, errors
from rest.pagination import Pages
from rest.parameters import refuse_unknown
from rest.permissions import MayView
from rest.rows import RowsViewSet


@extend_schema_view(
    list=extend_schema(responses={200: ForecastSerializer}),
    retrieve=extend_schema(responses={200: ForecastDetailSerializer}),
)
class ForecastViewSet(RowsViewSet):
    """What each scope will cost, day by day, with its measured accuracy.

    Only the forecasts that stand now, unless `newest=false` asks for earlier ones.
    """

    queryset = (
        Forecast.objects.select_related("account")
        .prefetch_related("points")
        .order_by("-made_at", "-id")
    )
    pagination_class = Pages
    serializer_class = ForecastSerializer
    filterset_class = ForecastFilter
    csv_name = "forecasts"

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        forecast = self.get_object()
        forecast.past = past_forecasts(forecast, timezone.now())
        return Response(ForecastDetailSerializer(forecast).data)


class MovingViewSet(RowsViewSet):
    """Rows of which people change the status, by PATCH with the version they read."""

    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    http_method_names = ["get", "patch", "head", "options"]
    detail_serializer: type[Serializer[Any]]
    move_serializer: type[Serializer[Any]]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.detail_serializer(self.get_object()).data)

    def moved(self, request: Request) -> Response:
        """The row with its new status; 409 and the row as it is if it was not moved."""
        refuse_unknown(request.query_params, ())
        row: Row = self.get_object()
        given = self.move_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, before = given.validated_data, row.status
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - for the type checker
        try:
            move(
                row,
                wanted["status"],
                wanted["version"],
                timezone.now(),
                user=user,
                note=wanted["note"],
            )
        except Stale as error:
            row = self.get_object()
            current = self.detail_serializer(row).data
            raise Conflict(str(error), current=current) from None
        except CannotMove as error:
            raise ValidationError({"status": [str(error)]}) from None
        action = f"{row._meta.model_name}.move"
        record(request, action, row, status=[before, row.status])
        return Response(self.detail_serializer(self.get_object()).data)


@extend_schema_view(retrieve=extend_schema(responses={200: AnomalyDetailSerializer}))
class AnomalyViewSet(MovingViewSet):
    """What was not as expected in costs and CPU; the newest first."""

    queryset = (
        Anomaly.objects.select_related("account", "resource")
        .prefetch_related("changes")
        .order_by("-first_day", "-id")
    )
    serializer_class = AnomalySerializer
    detail_serializer = AnomalyDetailSerializer
    move_serializer = MoveAnomalySerializer
    filterset_class = AnomalyFilter
    csv_name = "anomalies"

    @extend_schema(
        request=MoveAnomalySerializer,
        responses={200: AnomalyDetailSerializer, **errors(400, 403, 404, 409)},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives it another status, if nobody changed it since `version`."""
        return self.moved(request)
