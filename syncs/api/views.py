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

from people.audit import record_each
from providers.windows import InvalidWindow, Window, utc_day
from rest.errors import Conflict, QueueIsAway
from rest.pagination import Pages
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
from syncs.start import BrokerUnavailable, Started, start


class CloudAccountViewSet(RowsViewSet):
    """The accounts that are read."""

    pagination_class = Pages
    queryset = CloudAccount.objects.select_related("payer").order_by("name", "id")
    serializer_class = CloudAccountSerializer
    filterset_class = CloudAccountFilter
    csv_name = "accounts"


class SyncRunViewSet(RowsViewSet):
    """What was read, when, and how it went; the newest first."""

    # By number, as a queued run's start moves when it is taken.
    queryset = SyncRun.objects.select_related("account", "started_by").order_by("-id")
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
                _accounts(request, wanted.get("account")),
                self.dataset,
                timezone.now(),
                trigger=SyncRun.Trigger.API,
                user=request.user if request.user.is_authenticated else None,
                window=_window(wanted),
            )
        except (InvalidWindow, Refused) as error:
            field = "start" if isinstance(error, InvalidWindow) else "account"
            raise ValidationError({field: [str(error)]}) from None
        except BrokerUnavailable as error:
            raise QueueIsAway(str(error)) from None
        record_each(request, "sync.start", started.runs)
        told = StartedSerializer(started).data
        if not started.runs:
            raise Conflict(_nothing_started(started), **told)
        return Response(told, status=status.HTTP_202_ACCEPTED)


def _nothing_started(started: Started) -> str:
    """Why: every slot is taken, the first of them by this run."""
    run, *others = started.taken
    more = f" and {len(others)} more" if others else ""
    return (
        f"Run {run.pk}, {run.get_dataset_display()} of {run.account}{more}, is still "
        f"{run.get_status_display().lower()}. Wait for it to end."
    )


def _accounts(request: Request, name: str | None) -> list[CloudAccount]:
    accounts = CloudAccount.objects.seen_by(request.user).select_related("payer")
    found = accounts.called([name]) if name else accounts.enabled()
    if not found:
        reason = f"There is no account {name}." if name else "There is no account yet."
        raise ValidationError({"account": [reason]})
    return list(found)


def _window(wanted: dict[str, Any]) -> Window | None:
    if "start" not in wanted:
        return None
    return Window(wanted["start"], wanted.get("end") or utc_day(timezone.now()))
