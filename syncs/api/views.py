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

from clouds.models import CloudAccount
from clouds.querysets import AmbiguousAccount
from core.api.pagination import Pages
from core.api.parameters import refuse_unknown
from core.api.problems import BrokerUnavailableError, Conflict
from core.api.viewsets import RowsViewSet
from core.windows import InvalidWindow, Window, utc_day
from syncs.api.serializers import (
    CloudAccountSerializer,
    StartedSerializer,
    StartSerializer,
    SyncRunSerializer,
)
from syncs.datasets import Dataset
from syncs.filters import CloudAccountFilter, SyncRunFilter
from syncs.models import SyncRun
from syncs.runs.start import BrokerUnavailable, Started, start_syncs
from users.audit import actor_of


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
    """Start a sync of one dataset: a worker reads it, and its run shows how."""

    permission_classes = [IsAuthenticated, CanStartSync]

    @extend_schema(
        request=StartSerializer,
        responses={
            202: StartedSerializer,
            409: OpenApiResponse(StartedSerializer, "Every slot is taken."),
        },
    )
    def post(self, request: Request, dataset: Dataset) -> Response:
        refuse_unknown(request.query_params, ())
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        try:
            started = start_syncs(
                _accounts(request, wanted.get("account")),
                [dataset],
                timezone.now(),
                trigger=SyncRun.Trigger.API,
                actor=actor_of(request),
                window=_window(wanted),
            )
        except InvalidWindow as error:
            raise ValidationError({"start": [str(error)]}) from None
        except BrokerUnavailable as error:
            raise BrokerUnavailableError(str(error)) from None
        answer = StartedSerializer(started).data
        if started.runs:
            return Response(answer, status=status.HTTP_202_ACCEPTED)
        if started.taken:
            raise Conflict(_every_slot_taken(started), **answer)
        raise ValidationError({"account": started.refused})


def _every_slot_taken(started: Started) -> str:
    """Return which run holds the first slot, and how many others are taken."""
    run, *others = started.taken
    more = f" and {len(others)} more" if others else ""
    return (
        f"Run {run.pk}, {run.get_dataset_display()} of {run.account}{more}, is still "
        f"{run.get_status_display().lower()}. Wait for it to end."
    )


def _accounts(request: Request, name: str | None) -> list[CloudAccount]:
    if name:
        return [named_account(request, name)]
    accounts = CloudAccount.objects.visible_to(request.user).select_related("payer")
    if found := list(accounts.enabled()):
        return found
    raise ValidationError({"account": ["There is no account yet."]})


def named_account(request: Request, name: str) -> CloudAccount:
    """Return the one account of that id or name which the user may see."""
    accounts = CloudAccount.objects.visible_to(request.user).select_related("payer")
    try:
        account: CloudAccount | None = accounts.one_called(name)
    except AmbiguousAccount as error:
        raise ValidationError({"account": [str(error)]}) from None
    if account is None:
        raise ValidationError({"account": [f"There is no account {name}."]})
    return account


def _window(wanted: dict[str, Any]) -> Window | None:
    if "start" not in wanted:
        return None
    return Window(wanted["start"], wanted.get("end") or utc_day(timezone.now()))
