"""Backfills: propose one and see its price, then start, pause and cancel it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.account_fields import AccountIdField
from clouds.filters import account_filter
from core.api.amounts import AmountField
from core.api.filters import AnyChoice, Order
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of
from core.api.permissions import MayView, requires
from core.api.problems import errors
from core.api.viewsets import RowsViewSet
from core.windows import Window, utc_day
from syncs.accounts.api import named_account
from syncs.backfills.models import FILLABLE
from syncs.backfills.planning import change_status, propose
from syncs.datasets import Dataset
from syncs.models import Backfill, BackfillWindow
from users.audit import actor_of
from users.user_fields import UsernameField

Action = TypeVar("Action", bound=Callable[..., Response])
NEWEST_FIRST = BackfillWindow.objects.order_by("-start")


class BackfillFilter(FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="Such as cost.")
    status = AnyChoice(choices=Backfill.Status.choices, help_text="Only these.")
    ordering = Order(fields=["created_at", "start", "end", "estimated_usd"])


class ProposalSerializer(StrictSerializer):
    """What to read again."""

    account = serializers.CharField(help_text="Account id or name.")
    dataset = serializers.ChoiceField(choices=FILLABLE)
    start = serializers.DateField(help_text="First day, inclusive.")
    end = serializers.DateField(
        required=False, help_text="Last day, exclusive. Default: today."
    )


class BackfillWindowSerializer(serializers.ModelSerializer[BackfillWindow]):
    """One part of a backfill: what one run reads."""

    class Meta:
        model = BackfillWindow
        fields = ["start", "end", "status", "attempts", "due_at", "error"]


class BackfillSerializer(serializers.ModelSerializer[Backfill]):
    """A range of days of one dataset of one account to read again."""

    account = AccountIdField()
    estimated_usd = AmountField(
        read_only=True, help_text="What its requests will cost, about."
    )
    created_by = UsernameField()
    windows_total = serializers.IntegerField(read_only=True)
    windows_read = serializers.IntegerField(read_only=True)
    windows_active = serializers.IntegerField(read_only=True)
    windows_failed = serializers.IntegerField(read_only=True)

    class Meta:
        model = Backfill
        fields = [
            "id",
            "account",
            "dataset",
            "start",
            "end",
            "status",
            "estimated_usd",
            "is_outside",
            "version",
            "created_by",
            "created_at",
            "finished_at",
            "windows_total",
            "windows_read",
            "windows_active",
            "windows_failed",
        ]


class BackfillDetailSerializer(BackfillSerializer):
    """A backfill with its windows, the newest days first."""

    windows = BackfillWindowSerializer(many=True, read_only=True)

    class Meta(BackfillSerializer.Meta):
        fields = [*BackfillSerializer.Meta.fields, "windows"]


CanStartBackfill = requires("syncs.start_backfill", unless=SAFE_METHODS)


def status_action(effect: str) -> Callable[[Action], Action]:
    """The schema of an action on one backfill."""
    return extend_schema(
        description=effect,
        request=None,
        responses={200: BackfillDetailSerializer, **errors(409)},
    )


@extend_schema_view(retrieve=extend_schema(responses=BackfillDetailSerializer))
class BackfillViewSet(RowsViewSet):
    """Histories that are read on demand; the newest first."""

    queryset = Backfill.objects.select_related(
        "account", "account__payer", "created_by"
    ).with_progress()
    pagination_class = Pages
    serializer_class = BackfillSerializer
    filterset_class = BackfillFilter
    permission_classes = [IsAuthenticated, MayView, CanStartBackfill]
    csv_name = "backfills"
    proposal: type[ProposalSerializer] = ProposalSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object().pk)

    @extend_schema(
        request=ProposalSerializer, responses={201: BackfillDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """Propose one: it shows its price and waits to be started."""
        wanted, now = body_of(request, self.proposal), timezone.now()
        backfill = propose(
            named_account(request, wanted["account"]),
            Dataset(wanted["dataset"]),
            Window(wanted["start"], wanted.get("end") or utc_day(now)),
            now,
            actor=actor_of(request),
            is_outside=wanted.get("is_outside", False),
        )
        return self._answer(backfill.pk, status.HTTP_201_CREATED)

    @status_action("Starts one that was proposed, or resumes one that was paused.")
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        return self._change("start")

    @status_action("Starts no further window until it is resumed; those at work end.")
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self._change("pause")

    @status_action("Starts no further window, for good; what was stored stays.")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._change("cancel")

    def _change(self, name: str) -> Response:
        backfill = self.get_object()
        change_status(backfill, name, timezone.now(), actor_of(self.request))
        return self._answer(backfill.pk)

    def _answer(self, key: int, code: int = status.HTTP_200_OK) -> Response:
        windows = Prefetch("windows", NEWEST_FIRST)
        backfill = self.get_queryset().prefetch_related(windows).get(pk=key)
        return Response(BackfillDetailSerializer(backfill).data, status=code)
