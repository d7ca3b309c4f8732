"""The endpoint of planned changes."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.access import is_limited
from clouds.account_fields import VisibleAccountField
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import MayChange, MayView
from core.api.viewsets import RowsViewSet
from insights.models import PlannedChange
from insights.planned_changes.changes import add_planned_change, delete_planned_change
from insights.planned_changes.filters import PlannedChangeFilter
from users.user_fields import UsernameField


class PlannedChangeSerializer(
    StrictSerializer, serializers.ModelSerializer[PlannedChange]
):
    """A change of costs that is known beforehand: its part of the bill and its days."""

    account = VisibleAccountField()
    created_by = UsernameField()

    class Meta:
        model = PlannedChange
        fields = (
            *("id", "name", "account", "service", "region", "first_day", "last_day"),
            *("created_by", "created_at"),
        )
        read_only_fields = ("created_at",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        PlannedChange(**attrs).clean()
        if attrs.get("account") is None and is_limited(self.context["request"].user):
            reason = "Choose one of the accounts that you may see."
            raise serializers.ValidationError({"account": [reason]})
        return attrs


class PlannedChangeViewSet(RowsViewSet):
    """Changes of costs that people announced, the newest first."""

    queryset = PlannedChange.objects.select_related("account", "created_by").order_by(
        "-first_day", "-id"
    )
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = PlannedChangeSerializer
    filterset_class = PlannedChangeFilter
    csv_name = "planned-changes"
    http_method_names = ["get", "post", "delete", "head", "options"]

    @extend_schema(
        request=PlannedChangeSerializer, responses={201: PlannedChangeSerializer}
    )
    def create(self, request: Request) -> Response:
        """Announce a change: anomalies of its part and days are planned."""
        given = body_of(request, PlannedChangeSerializer)
        change = PlannedChange(**given)
        add_planned_change(change, timezone.now(), request)
        return Response(self.get_serializer(change).data, status.HTTP_201_CREATED)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it; what it explained stays planned."""
        refuse_unknown(request.query_params, ())
        delete_planned_change(self.get_object(), request)
        return Response(status=status.HTTP_204_NO_CONTENT)
