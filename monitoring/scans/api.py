"""The endpoints of scans and of what they found."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import MayView, requires
from core.api.viewsets import RowsViewSet
from monitoring.scans.filters import FindingFilter, ScanFilter
from monitoring.scans.models import Finding, FindingStatus, Scan
from monitoring.scans.suppression import suppress, take_back
from users.audit import actor_of
from users.user_fields import UsernameField

SUPPRESS = "monitoring.change_finding"


class ScanSerializer(serializers.ModelSerializer[Scan]):
    """A run of the scanners, with what was open when it ended."""

    scanners = serializers.ListField(
        child=serializers.CharField(), help_text="Scanners that succeeded."
    )
    failures = serializers.DictField(
        child=serializers.CharField(),
        help_text="Why each of the other scanners failed.",
    )

    class Meta:
        model = Scan
        fields = (
            *("id", "started_at", "finished_at", "version", "scanners", "failures"),
            *("new", "fixed", "low", "medium", "high", "critical"),
        )


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """A weakness that a scanner found."""

    status = serializers.SerializerMethodField()
    suppressed_by = UsernameField()

    class Meta:
        model = Finding
        fields = (
            *("id", "scanner", "rule", "severity", "status", "message", "path"),
            *("line", "url", "first_seen_at", "last_seen_at", "fixed_at"),
            *("suppressed_until", "suppression_reason", "suppressed_by"),
        )

    @extend_schema_field(serializers.ChoiceField(FindingStatus.choices))
    def get_status(self, finding: Finding) -> str:
        return finding.status_on(timezone.now().date()).value


class SuppressionSerializer(StrictSerializer):
    """Why a finding is accepted, and for how long."""

    reason = serializers.CharField(max_length=500)
    until = serializers.DateField(
        help_text="The finding is open again from this day on; within a year."
    )


class ScanViewSet(RowsViewSet):
    """Runs of `manage.py scan`, the newest first."""

    queryset = Scan.objects.order_by("-started_at", "-id")
    permission_classes = [IsAuthenticated, MayView]
    pagination_class = Pages
    serializer_class = ScanSerializer
    filterset_class = ScanFilter
    csv_name = "scans"


class FindingViewSet(RowsViewSet):
    """What scanners found, the worst first."""

    queryset = Finding.objects.select_related("suppressed_by").worst_first()
    permission_classes = [IsAuthenticated, MayView]
    pagination_class = Pages
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    csv_name = "findings"

    @extend_schema(request=SuppressionSerializer, responses=FindingSerializer)
    @action(
        detail=True,
        methods=["post"],
        filterset_class=None,
        permission_classes=[IsAuthenticated, MayView, requires(SUPPRESS)],
    )
    def suppress(self, request: Request, pk: str) -> Response:
        """Accept it until a day, for a reason that the audit log has too."""
        finding = self.get_object()
        given = body_of(request, SuppressionSerializer)
        today, by = timezone.now().date(), actor_of(request)
        suppress(finding, given["reason"], given["until"], today, by)
        return Response(self.get_serializer(finding).data)

    @extend_schema(request=None, responses=FindingSerializer)
    @action(
        detail=True,
        methods=["post"],
        filterset_class=None,
        permission_classes=[IsAuthenticated, MayView, requires(SUPPRESS)],
    )
    def reopen(self, request: Request, pk: str) -> Response:
        """Take its suppression back."""
        refuse_unknown(request.query_params, ())
        finding = self.get_object()
        take_back(finding, actor_of(request))
        return Response(self.get_serializer(finding).data)
