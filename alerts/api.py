"""The endpoints of notices, with what is done about them, and of routes."""

from datetime import UTC
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.acting import ACT, acknowledge, snooze, who_acts
from alerts.changes import add_route, remove_route
from alerts.channels import check_channel
from alerts.filters import NoticeFilter, RouteFilter
from alerts.models import Notice, Route
from clouds.account_fields import AccountIdField, VisibleAccountField
from core.api.amounts import AmountField
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import MayChange, MayView
from core.api.viewsets import RowsViewSet


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """What one channel was sent, whether it arrived, and who looks at it."""

    account = AccountIdField(allow_null=True)
    amount = AmountField(read_only=True, allow_null=True)

    class Meta:
        model = Notice
        fields = [
            *("id", "channel", "topic", "severity", "subject", "text", "cause"),
            *("account", "amount", "currency", "is_end", "created_at", "sent_at"),
            *("attempts", "error", "acknowledged_at", "acknowledged_by"),
        ]
        read_only_fields = fields


class SnoozeSerializer(StrictSerializer):
    """Until when nothing is sent about it."""

    until = serializers.DateTimeField(
        default_timezone=UTC, help_text="In the next 90 days; then notices go on."
    )


class RouteSerializer(StrictSerializer, serializers.ModelSerializer[Route]):
    """What one channel gets: what meets each filled condition."""

    account = VisibleAccountField()
    least_amount = AmountField(
        min_value=0,
        max_digits=11,
        decimal_places=2,
        required=False,
        allow_null=True,
        help_text="Of what has an amount in this currency. null: any.",
    )

    class Meta:
        model = Route
        fields = [
            *("id", "channel", "topic", "least_severity", "least_amount", "currency"),
            *("account", "team", "tag_key", "tag_value", "created_at"),
        ]
        read_only_fields = ["created_at"]

    def validate_channel(self, name: str) -> str:
        check_channel(name)
        return name

    def validate_currency(self, currency: str) -> str:
        return currency.upper()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        Route(**attrs).clean()
        return attrs


class NoticeViewSet(RowsViewSet):
    """What channels were sent, the newest first."""

    queryset = Notice.objects.select_related("account").order_by("-created_at", "-id")
    permission_classes = [IsAuthenticated, MayView]
    pagination_class = Pages
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    csv_name = "notices"

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that you look at what it is about; nothing more is sent about that."""
        notice = self._acted_on(request)
        by = who_acts(request, notice)
        acknowledge([notice], timezone.now(), by, request)
        notice.refresh_from_db()
        return Response(NoticeSerializer(notice).data)

    @extend_schema(request=SnoozeSerializer, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def snooze(self, request: Request, pk: str) -> Response:
        """Send nothing about what it is about until then; then notify again."""
        notice = self._acted_on(request)
        until, now = body_of(request, SnoozeSerializer)["until"], timezone.now()
        snooze([notice], until, now, who_acts(request, notice), request)
        return Response(NoticeSerializer(notice).data)

    def _acted_on(self, request: Request) -> Notice:
        refuse_unknown(request.query_params, ())
        if not request.user.has_perm(ACT):
            raise PermissionDenied(f"This needs the permission {ACT}.")
        notice: Notice = self.get_object()
        if not notice.is_acted_on:
            raise ValidationError({"id": ["This notice only informs."]})
        return notice


class RouteViewSet(RowsViewSet):
    """What each channel gets; a channel without routes gets everything."""

    queryset = Route.objects.select_related("account").order_by("channel", "id")
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = RouteSerializer
    filterset_class = RouteFilter
    csv_name = "alert-routes"
    http_method_names = ["get", "post", "delete", "head", "options"]

    @extend_schema(request=RouteSerializer, responses={201: RouteSerializer})
    def create(self, request: Request) -> Response:
        """Let some notices through to a channel, which then gets no others."""
        route = Route(**body_of(request, RouteSerializer))
        add_route(route, timezone.now(), request)
        return Response(self.get_serializer(route).data, status.HTTP_201_CREATED)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove it; a channel without routes gets everything again."""
        refuse_unknown(request.query_params, ())
        remove_route(self.get_object(), request)
        return Response(status=status.HTTP_204_NO_CONTENT)
