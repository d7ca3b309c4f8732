"""The API of runs, and of starting them."""

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters as filters
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.account_fields import AccountIdField
from clouds.filters import own_account_filter, provider_filter
from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of
from core.api.permissions import requires
from core.api.problems import Conflict
from core.api.viewsets import RowsViewSet
from core.windows import Window, utc_day
from syncs.accounts.api import named_account
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.filters import SyncRunFilter
from syncs.runs.freshness import Freshness, State, freshness, per_account
from syncs.runs.start import start_syncs
from users.audit import actor_of
from users.user_fields import UsernameField


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    """One reading of one dataset of one account."""

    account = AccountIdField()
    started_by = UsernameField()
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


class StartSerializer(StrictSerializer):
    """What to sync; everything that is left out is chosen as a schedule would."""

    account = serializers.CharField(
        required=False, help_text="Account id or name. Default: all enabled accounts."
    )
    start = serializers.DateField(required=False, help_text="First day, inclusive.")
    end = serializers.DateField(required=False, help_text="Last day, exclusive.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        if "end" in attrs and "start" not in attrs:
            raise serializers.ValidationError({"start": ["end needs a start."]})
        return attrs


class StartedSerializer(serializers.Serializer[Any]):
    """The runs that were queued, and those that held their slot already."""

    runs = SyncRunSerializer(many=True)
    taken = SyncRunSerializer(many=True)


CanStartSync = requires("syncs.start_sync", unless=["OPTIONS"])


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
        given = body_of(request, StartSerializer)
        started = start_syncs(
            _accounts(request, given.get("account")),
            [dataset],
            timezone.now(),
            trigger=SyncRun.Trigger.API,
            actor=actor_of(request),
            window=_window(given),
        )
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


class DatasetFreshnessSerializer(serializers.Serializer[Freshness]):
    dataset = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in State])
    last_good_at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()


class FreshnessSerializer(serializers.Serializer[Any]):
    """Every dataset of an account: how fresh it is, and why not."""

    account = serializers.CharField(source="account.account_id")
    name = serializers.CharField(source="account.name")
    datasets = DatasetFreshnessSerializer(many=True)


class FreshnessFilter(filters.FilterSet):
    account = own_account_filter()
    provider = provider_filter("provider")


class FreshnessViewSet(RowsViewSet):
    """How fresh each dataset of each enabled account is, by account. As a file a row
    for each account and dataset."""

    queryset = CloudAccount.objects.enabled().order_by("name", "id")
    serializer_class = FreshnessSerializer
    filterset_class = FreshnessFilter
    pagination_class = Pages
    viewed_models: tuple[type[Model], ...] = (CloudAccount, SyncRun)

    @extend_schema(responses=FreshnessSerializer(many=True))
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        accounts = self.filter_queryset(self.get_queryset())
        if wants_file(request):
            return table_file(request, "freshness", self._lines(accounts))
        page = self.paginate_queryset(accounts) or []
        found = per_account(freshness(page, timezone.now()))
        of = {one.account.pk: one for one in found}
        rows = [of[account.pk] for account in page if account.pk in of]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def _lines(self, accounts: QuerySet[CloudAccount]) -> Iterator[Sequence[Any]]:
        yield ["account", "name", "dataset", "state", "last_good_at", "sentence"]
        for one in freshness(accounts, timezone.now()):
            account = one.account
            head = [account.account_id, account.name, one.dataset.value]
            yield [*head, one.state.value, one.last_good_at, one.sentence]
