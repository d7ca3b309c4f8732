"""Accounts, runs, and the start of a sync."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from providers.windows import InvalidWindow, Window, utc_day
from rest.errors import QueueIsAway
from rest.parameters import refuse_unknown
from rest.rows import RowsViewSet
from syncs.api.serializers import (
    CloudAccountSerializer,
    StartedSerializer,
    StartSerializer,
    SyncRunSerializer,
)
from syncs.claims import Refused
from syncs.filters import CloudAccountFilter, SyncRunFilter
from syncs.models import CloudAccount, Dataset, SyncRun
from syncs.start import QueueAway, start


class CloudAccountViewSet(RowsViewSet):
    """The accounts that are read."""

    queryset = CloudAccount.objects.select_related("payer").order_by("name", "id")
    serializer_class = CloudAccountSerializer
    filterset_class = CloudAccountFilter
    csv_name = "accounts"


class SyncRunViewSet(RowsViewSet):
    """What was read, when, and how it went; the newest first."""

    queryset = SyncRun.objects.select_related("account", "started_by")
    serializer_class = SyncRunSerializer
    filterset_class = SyncRunFilter
    csv_name = "runs"


class CanStartSync(BasePermission):
    message = "Starting a sync needs the permission syncs.start_sync."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "OPTIONS" or request.user.has_perm("syncs.start_sync")


class StartSyncView(APIView):
    """Starts a sync of one dataset: a worker reads it, and its run shows how."""

    permission_classes = [IsAuthenticated, CanStartSync]
    dataset: Dataset = Dataset.EC2

    @extend_schema(
        request=StartSerializer,
        responses={
            202: StartedSerializer,
            409: OpenApiResponse(StartedSerializer, "Every slot is taken."),
        },
    )
    def post(self, request: Request) -> Response:
        refuse_unknown(request.query_params, ())
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        try:
            started = start(
                _accounts(wanted.get("account")),
                self.dataset,
                timezone.now(),
                trigger=SyncRun.Trigger.API,
                user=request.user if request.user.is_authenticated else None,
                window=_window(wanted),
            )
        except (InvalidWindow, Refused) as error:
            field = "start" if isinstance(error, InvalidWindow) else "account"
            raise ValidationError({field: [str(error)]}) from None
        except QueueAway as error:
            raise QueueIsAway(str(error)) from None
        code = status.HTTP_202_ACCEPTED if started.runs else status.HTTP_409_CONFLICT
        return Response(StartedSerializer(started).data, status=code)


def _accounts(name: str | None) -> list[CloudAccount]:
    accounts = CloudAccount.objects.select_related("payer")
    found = accounts.called([name]) if name else accounts.enabled()
    if not found:
        reason = f"There is no account {name}." if name else "There is no account yet."
        raise ValidationError({"account": [reason]})
    return list(found)


def _window(wanted: dict[str, Any]) -> Window | None:
    if "start" not in wanted:
        return None
    return Window(wanted["start"], wanted.get("end") or utc_day(timezone.now()))
