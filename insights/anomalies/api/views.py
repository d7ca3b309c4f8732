"""The endpoint of anomalies."""

from insights.anomalies.api.serializers import (
    AnomalyDetailSerializer,
    AnomalySerializer,
    ChangeAnomalySerializer,
)
from insights.anomalies.filters import AnomalyFilter
from insights.api.views import StatusViewSet, status_schema
from insights.models import Anomaly


@status_schema(AnomalyDetailSerializer, ChangeAnomalySerializer)
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
    filterset_class = AnomalyFilter
    csv_name = "anomalies"
