"""The endpoint of rows whose status people change."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.pagination import Pages
from core.api.parameters import refuse_unknown
from core.api.permissions import MayView
from core.api.problems import Conflict
from core.api.viewsets import RowsViewSet
from insights.api.permissions import MayChange
from insights.transitions import InvalidTransition, StaleVersion


class StatusViewSet(RowsViewSet):
    """Rows of which people change the status, by PATCH with the version they read."""

    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    http_method_names = ["get", "patch", "head", "options"]
    detail_serializer: type[Serializer[Any]]
    status_serializer: type[Serializer[Any]]
    change_status: Callable[..., None]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._detail()

    def _detail(self) -> Response:
        return Response(self.detail_serializer(self.get_object()).data)

    def change(self, request: Request) -> Response:
        """Return the row with its new status; 409 and the row as it is where stale."""
        refuse_unknown(request.query_params, ())
        row = self.get_object()
        given = self.status_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        try:
            self.change_status(
                row,
                wanted["status"],
                wanted["version"],
                timezone.now(),
                request=request,
                note=wanted["note"],
            )
        except StaleVersion as error:
            raise Conflict(str(error), current=self._detail().data) from None
        except InvalidTransition as error:
            raise ValidationError({"status": [str(error)]}) from None
        return self._detail()
