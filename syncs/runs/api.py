"""The API of runs, and of starting them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.models import CloudAccount
from core.api.parameters import refuse_unknown, refuse_unknown_fields
from core.api.problems import BrokerUnavailableError, Conflict
from core.api.viewsets import RowsViewSet
from core.windows import InvalidWindow, Window, utc_day
from syncs.accounts.api import named_account
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.filters import SyncRunFilter
from syncs.runs.start import BrokerUnavailable, start_syncs
from users.audit import actor_of


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    """One reading of one dataset of one account."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    started_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )
    seconds = serializers.SerializerMethodField()

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "account",
            "dataset",
            "status",
            "start",
            "end",
            "trigger",
            "started_by",
            "started_at",
            "finished_at",
            "progress",
            "rows",
            "requests",
            "requests_by_operation",
            "api_cost_usd",
            "seconds",
            "error",
        ]

    def get_seconds(self, run: SyncRun) -> float:
        return round(run.elapsed.total_seconds(), 3)


class SyncRunViewSet(RowsViewSet):
    """What was read, when, and how it went; the newest first."""

    # By number, as a queued run's start moves when it is taken.
    queryset = SyncRun.objects.select_related("account", "started_by").order_by("-id")
    serializer_class = SyncRunSerializer
    filterset_class = SyncRunFilter
    csv_name = "runs"


class StartSerializer(serializers.Serializer[Any]):
    """What to sync; everything that is left out is chosen as a schedule would."""

    account = serializers.CharField(
        required=False, help_text="Account id or name. Default: all enabled accounts."
    )
    start = serializers.DateField(required=False, help_text="First day, inclusive.")
    end = serializers.DateField(required=False, help_text="Last day, exclusive.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        if "end" in attrs and "start" not in attrs:
            raise serializers.ValidationError({"start": ["end needs a start."]})
        return attrs


class StartedSerializer(serializers.Serializer[Any]):
    """The runs that were queued, and those that held their slot already."""

    runs = SyncRunSerializer(many=True)
    taken = SyncRunSerializer(many=True)


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
        try:
            started = start_syncs(
                _accounts(request, given.validated_data.get("account")),
                [dataset],
                timezone.now(),
                trigger=SyncRun.Trigger.API,
                actor=actor_of(request),
                window=_window(given.validated_data),
            )
        except InvalidWindow as error:
            raise ValidationError({"start": [str(error)]}) from None
        except BrokerUnavailable as error:
            raise BrokerUnavailableError(str(error)) from None
        answer = StartedSerializer(started).data
        if started.runs:
            return Response(answer, status=status.HTTP_202_ACCEPTED)
        if started.taken:
            raise Conflict(
                " ".join([*started.sentences(), "Wait for it to end."]), **answer
            )
        raise ValidationError({"account": started.refused})


def _accounts(request: Request, name: str | None) -> list[CloudAccount]:
    if name:
        return [named_account(request, name)]
    accounts = CloudAccount.objects.visible_to(request.user).select_related("payer")
    if found := list(accounts.enabled()):
        return found
    raise ValidationError({"account": ["There is no account yet."]})


def _window(given: dict[str, Any]) -> Window | None:
    if "start" not in given:
        return None
    return Window(given["start"], given.get("end") or utc_day(timezone.now()))
