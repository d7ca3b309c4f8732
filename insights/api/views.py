"""The endpoint of rows whose status users change."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.pagination import Pages
from core.api.parameters import body_of
from core.api.permissions import MayChange, MayView
from core.api.problems import Conflict, errors
from core.api.viewsets import RowsViewSet
from insights.transitions import StaleVersion, change_status

Kind = type[Serializer[Any]]


def status_schema(detail: Kind, change: Kind) -> Callable[..., Any]:
    """Describe a StatusViewSet with these serializers in the OpenAPI schema."""
    refusals = errors(400, 403, 404, 409)
    return extend_schema_view(
        retrieve=extend_schema(responses={200: detail}),
        partial_update=extend_schema(
            request=change, responses={200: detail, **refusals}
        ),
    )


class StatusViewSet(RowsViewSet):
    """Rows of which users change the status, by PATCH with the version they read."""

    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    http_method_names = ["get", "patch", "head", "options"]
    detail_serializer: Kind
    status_serializer: Kind

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.detail_serializer(self.get_object()).data)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the status, if nobody changed the row since `version`."""
        row = self.get_object()
        given = body_of(request, self.status_serializer)
        try:
            change_status(row, now=timezone.now(), request=request, **given)
        except StaleVersion as error:
            current = self.retrieve(request).data
            raise Conflict(str(error), current=current) from None
        return self.retrieve(request)
