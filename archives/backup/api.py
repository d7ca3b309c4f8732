"""The backups in the API."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archives.backup.filters import BackupFilter
from archives.backup.models import Backup
from archives.backup.queue import ask_for_backup, ask_for_verification
from clouds.access import is_limited
from core.api.pagination import Pages
from core.api.parameters import refuse_unknown
from core.api.permissions import MayView
from core.api.problems import errors
from core.api.viewsets import RowsViewSet
from users.audit import Actor, actor_of

MAKE = "archives.make_backup"


class BackupSerializer(serializers.ModelSerializer[Backup]):
    """One backup, made or tried, and whether it could be restored."""

    encrypted = serializers.BooleanField(source="is_encrypted")
    seconds = serializers.FloatField(
        allow_null=True, help_text="Duration; null: it is running, or unknown."
    )
    verified = serializers.BooleanField(
        source="is_verified",
        help_text="A restore of it equals what was backed up.",
    )

    class Meta:
        model = Backup
        fields = [
            *("id", "name", "place", "state", "planned_for", "made_at", "seconds"),
            *("attempts", "by", "vendor", "server_version", "rows", "size_bytes"),
            *("sha256", "encrypted", "error", "verified", "verified_at"),
            *("verification_seconds", "verification_error", "progress"),
            "verification_asked_at",
        ]


class MayMake(BasePermission):
    """Everybody who may view looks; a backup is made with a permission of its own."""

    message = f"This needs the permission {MAKE}, and access to all accounts."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        return request.user.has_perm(MAKE) and not is_limited(request.user)


ASKING: dict[str, Any] = {
    "request": None,
    "responses": {202: BackupSerializer, **errors(409)},
    "filters": False,
}


class BackupViewSet(RowsViewSet):
    """Backups that are kept, and those that failed lately, the newest first."""

    queryset = Backup.objects.order_by("-made_at", "-id")
    permission_classes = [IsAuthenticated, MayView, MayMake]
    pagination_class = Pages
    serializer_class = BackupSerializer
    filterset_class = BackupFilter
    csv_name = "backups"

    @extend_schema(**ASKING)
    def create(self, request: Request) -> Response:
        """Have a worker back the database up to BACKUP_PLACE; the answer's `id` names
        it, and its `state` and `progress` say how far it is."""
        return self._asked(request, ask_for_backup)

    @extend_schema(**ASKING)
    @action(detail=True, methods=["post"], filterset_class=None)
    def verify(self, request: Request, pk: str) -> Response:
        """Have a worker restore it beside the database and compare. It is queued while
        `verification_asked_at` is set."""
        row = self.get_object()
        return self._asked(request, partial(ask_for_verification, row))

    def _asked(
        self, request: Request, ask: Callable[[datetime, Actor], Backup]
    ) -> Response:
        refuse_unknown(request.query_params, ())
        answer = self.get_serializer(ask(timezone.now(), actor_of(request))).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)
