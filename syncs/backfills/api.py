"""Backfills: propose one and see its price, then start, pause and cancel it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.filters import account_filter
from clouds.models import CloudAccount
from core.api.amounts import AmountField
from core.api.filters import AnyChoice, Order
from core.api.pagination import Pages
from core.api.parameters import refuse_unknown, refuse_unknown_fields
from core.api.permissions import MayView
from core.api.problems import BrokerUnavailableError, Conflict, errors
from core.api.viewsets import RowsViewSet
from core.windows import InvalidWindow, Window, utc_day
from syncs.accounts.api import named_account
from syncs.backfills.models import FILLABLE
from syncs.backfills.planning import change_status, propose
from syncs.backfills.transitions import InvalidTransition
from syncs.datasets import Dataset
from syncs.models import Backfill, BackfillWindow
from syncs.runs.claims import Refused
from syncs.runs.start import BrokerUnavailable
from users.audit import actor_of

Action = TypeVar("Action", bound=Callable[..., Response])
NEWEST_FIRST = BackfillWindow.objects.order_by("-start")


class BackfillFilter(FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="Such as cost.")
    status = AnyChoice(choices=Backfill.Status.choices, help_text="Only these.")
    ordering = Order(fields=["created_at", "start", "end", "estimated_usd"])

    class Meta:
        model = Backfill
        fields: list[str] = []


class ProposalSerializer(serializers.Serializer[Any]):
    """What to read again."""

    account = serializers.CharField(help_text="Account id or name.")
    dataset = serializers.ChoiceField(choices=FILLABLE)
    start = serializers.DateField(help_text="First day, inclusive.")
    end = serializers.DateField(
        required=False, help_text="Last day, exclusive. Default: today."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        return attrs


class BackfillWindowSerializer(serializers.ModelSerializer[BackfillWindow]):
    """One part of a backfill: what one run reads."""

    class Meta:
        model = BackfillWindow
        fields = ["start", "end", "status", "attempts", "due_at", "error"]


class BackfillSerializer(serializers.ModelSerializer[Backfill]):
    """A range of days of one dataset of one account to read again."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    estimated_usd = AmountField(
        read_only=True, help_text="What its requests will cost, about."
    )
    created_by = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True
    )
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


class CanStartBackfill(BasePermission):
    message = "Backfills need the permission syncs.start_backfill."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        return request.user.has_perm("syncs.start_backfill")


def status_action(effect: str) -> Callable[[Action], Action]:
    """The schema of an action on one backfill."""
    return extend_schema(
        description=effect,
        request=None,
        responses={200: BackfillDetailSerializer, **errors(400, 403, 404, 409)},
    )


@extend_schema_view(
    list=extend_schema(responses={200: BackfillSerializer, **errors(400, 404)}),
    retrieve=extend_schema(
        responses={200: BackfillDetailSerializer, **errors(400, 404)}
    ),
)
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
        request=ProposalSerializer,
        responses={201: BackfillDetailSerializer, **errors(400, 403)},
    )
    def create(self, request: Request) -> Response:
        """Propose one: it shows its price and waits to be started."""
        refuse_unknown(request.query_params, ())
        given = self.proposal(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, now = given.validated_data, timezone.now()
        try:
            backfill = propose(
                named_account(request, wanted["account"]),
                Dataset(wanted["dataset"]),
                Window(wanted["start"], wanted.get("end") or utc_day(now)),
                now,
                actor=actor_of(request),
                is_outside=wanted.get("is_outside", False),
            )
        except (InvalidWindow, Refused) as error:
            field = "start" if isinstance(error, InvalidWindow) else "account"
            raise ValidationError({field: [str(error)]}) from None
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
        try:
            change_status(backfill, name, timezone.now(), actor_of(self.request))
        except InvalidTransition as error:
            raise Conflict(str(error)) from None
        except BrokerUnavailable as error:  # it was started all the same
            raise BrokerUnavailableError(str(error)) from None
        return self._answer(backfill.pk)

    def _answer(self, key: int, code: int = status.HTTP_200_OK) -> Response:
        windows = Prefetch("windows", NEWEST_FIRST)
        backfill = self.get_queryset().prefetch_related(windows).get(pk=key)
        return Response(BackfillDetailSerializer(backfill).data, status=code)
