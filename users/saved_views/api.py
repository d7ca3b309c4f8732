"""The endpoint of saved views."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import has_role
from core.api.viewsets import RowsViewSet
from users.models import SavedView
from users.saved_views.filters import SavedViewFilter
from users.saved_views.view_changes import (
    change_view,
    delete_view,
    save_view,
)


class HasRole(BasePermission):
    message = "This needs a role. Ask an administrator for one."

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method == "OPTIONS" or has_role(request.user)


class SavedViewSerializer(StrictSerializer, serializers.ModelSerializer[SavedView]):
    """A page with its filters; a period such as last_month moves along."""

    user = serializers.CharField(
        source="user.username", read_only=True, help_text="Who saved it."
    )

    class Meta:
        model = SavedView
        fields = ("id", "name", "address", "is_shared", "user")


class SavedViewViewSet(RowsViewSet):
    """Your saved views and those that others share, by name. A shared one shows each
    user the accounts that they see."""

    queryset = SavedView.objects.select_related("user").order_by("name", "id")
    permission_classes = [IsAuthenticated, HasRole]
    pagination_class = Pages
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilter
    csv_name = "saved-views"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @extend_schema(responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        """Save a view; one of yours with this name is replaced."""
        given = body_of(request, SavedViewSerializer)
        view = save_view(request, given)
        return Response(self.get_serializer(view).data, status.HTTP_201_CREATED)

    @extend_schema(responses=SavedViewSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rename it, share it or change its address."""
        view = self.get_object()
        given = body_of(request, SavedViewSerializer, view, partial=True)
        change_view(view, request, given)
        return Response(self.get_serializer(view).data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it."""
        refuse_unknown(request.query_params, ())
        delete_view(self.get_object(), request)
        return Response(status=status.HTTP_204_NO_CONTENT)
