"""The endpoint of anomalies."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import errors
from insights.anomalies.api.serializers import (
    AnomalyDetailSerializer,
    AnomalySerializer,
    ChangeAnomalySerializer,
)
from insights.anomalies.filters import AnomalyFilter
from insights.anomalies.transitions import change_status
from insights.api.views import StatusViewSet
from insights.models import Anomaly


@extend_schema_view(retrieve=extend_schema(responses={200: AnomalyDetailSerializer}))
class AnomalyViewSet(StatusViewSet):
    """Anomalies of costs and CPU, the newest first."""

    queryset = (
        Anomaly.objects.select_related("account", "resource")
        .prefetch_related("changes")
        .order_by("-first_day", "-id")
    )
    serializer_class = AnomalySerializer
    detail_serializer = AnomalyDetailSerializer
    status_serializer = ChangeAnomalySerializer
    change_status = staticmethod(change_status)
    filterset_class = AnomalyFilter
    csv_name = "anomalies"

    @extend_schema(
        request=ChangeAnomalySerializer,
        responses={200: AnomalyDetailSerializer, **errors(400, 403, 404, 409)},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the status, if nobody changed the anomaly since `version`."""
        return self.change(request)
