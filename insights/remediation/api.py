"""The endpoint of remediations: propose, decide, and read their logs."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.account_fields import AccountIdField
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of
from core.api.permissions import MayView
from core.api.problems import Conflict, errors
from core.api.row_serializer import RowSerializer
from core.api.viewsets import RowsViewSet
from insights.api.serializers import (
    ChangeSerializer,
    ChangeStatusSerializer,
)
from insights.models import Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import DECISIONS, decide
from insights.remediation.filters import RemediationFilter
from insights.remediation.forms import ProposalForm
from insights.remediation.proposals import propose
from insights.transitions import StaleVersion
from users.audit import actor_of

Action = TypeVar("Action", bound=Callable[..., Response])
ADD = "insights.add_remediation"


class RemediationSerializer(RowSerializer[Remediation]):
    """One change to make, who proposed and approved it, and what became of it."""

    title = serializers.CharField(source="__str__", read_only=True)
    account = AccountIdField()
    resource_id = serializers.CharField(
        source="resource.resource_id", allow_null=True, default=None, read_only=True
    )
    region = serializers.CharField(
        source="resource.region", allow_null=True, default=None, read_only=True
    )
    can_be_undone = serializers.BooleanField(read_only=True)
    no_rollback = serializers.CharField(
        source="traits.no_rollback",
        read_only=True,
        help_text="Why no action takes it back; empty where one does.",
    )

    class Meta:
        model = Remediation
        fields = [
            *("id", "title", "account", "kind", "resource_id", "region", "target"),
            *("recommendation", "anomaly", "run", "undoes", "status", "reason"),
            *("proposed_by", "proposed_at", "checked_at", "dry_run", "dry_run_error"),
            *("approved_by", "approved_at", "started_at", "finished_at", "attempts"),
            *("answer", "error", "can_be_undone", "no_rollback", "version"),
        ]
        read_only_fields = fields


class RemediationDetailSerializer(RemediationSerializer):
    """An action with its log, and the resource as its dry run saw it."""

    expected = serializers.DictField(read_only=True)
    log = ChangeSerializer(source="lines", many=True, read_only=True)

    class Meta(RemediationSerializer.Meta):
        fields = [*RemediationSerializer.Meta.fields, "expected", "log"]
        read_only_fields = fields


def _key(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text=help_text
    )


class RemediationProposalSerializer(StrictSerializer):
    """What to do with a resource or a sync. A recommendation says that itself."""

    recommendation = _key("Carry this out.")
    resource = _key("The key of the resource, as in its address.")
    run = _key("The sync to restart or to end.")
    anomaly = _key("That it is about.")
    kind = serializers.ChoiceField(
        choices=RemediationKind.choices,
        required=False,
        help_text="What to do; a recommendation says it itself.",
    )
    target = serializers.CharField(
        required=False,
        max_length=64,
        help_text="A type or storage class; of a schedule the hours that it is off in "
        "UTC, as in 20-06 weekends.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class MayDecide(BasePermission):
    """Whether the user may propose, or do one of DECISIONS; each has its permission."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        name = getattr(view, "action", None) or ""
        right = {**DECISIONS, "create": ADD}.get(name)
        if right is None:
            return True  # no such method: that is what is answered
        self.message = f"This needs the permission {right}."
        return request.user.has_perm(right)


def decision(effect: str) -> Callable[[Action], Action]:
    """Describe an action on one remediation in the schema, and route it."""

    def describe(method: Action) -> Action:
        routed: Any = action(detail=True, methods=["post"], filterset_class=None)
        described: Action = extend_schema(
            description=effect,
            request=ChangeStatusSerializer,
            responses={200: RemediationDetailSerializer, **errors(409)},
        )(routed(method))
        return described

    return describe


@extend_schema_view(
    retrieve=extend_schema(responses=RemediationDetailSerializer),
)
class RemediationViewSet(RowsViewSet):
    """Actions that change something in a cloud, the newest first."""

    queryset = Remediation.objects.select_related(
        "account", "resource", "run__account"
    ).order_by("-proposed_at", "-id")
    permission_classes = [IsAuthenticated, MayView, MayDecide]
    pagination_class = Pages
    serializer_class = RemediationSerializer
    filterset_class = RemediationFilter
    csv_name = "remediations"
    http_method_names = ["get", "post", "head", "options"]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object())

    @extend_schema(
        request=RemediationProposalSerializer,
        responses={201: RemediationDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Propose an action. A worker tries it without doing it; see `dry_run`."""
        given = body_of(request, RemediationProposalSerializer)
        form = ProposalForm(request.user, given)
        if not form.is_valid():
            errors_by_field: Any = form.errors
            raise ValidationError(errors_by_field)
        row = propose(form.proposal(), timezone.now(), actor_of(request))
        return self._answer(row, status.HTTP_201_CREATED)

    @decision("Approve it: a worker does it soon. Needs a second user by default.")
    def approve(self, request: Request, pk: str) -> Response:
        return self._decide(request, "approve")

    @decision("Reject it, with a reason in the note.")
    def reject(self, request: Request, pk: str) -> Response:
        return self._decide(request, "reject")

    @decision("Cancel it before it is started.")
    def cancel(self, request: Request, pk: str) -> Response:
        return self._decide(request, "cancel")

    @decision("Repeat its dry run.")
    def check(self, request: Request, pk: str) -> Response:
        return self._decide(request, "check")

    @decision("Look again at one whose outcome is unknown, and go on with it.")
    def resume(self, request: Request, pk: str) -> Response:
        return self._decide(request, "resume")

    @decision("Propose the action that rolls it back, which is answered.")
    def roll_back(self, request: Request, pk: str) -> Response:
        return self._decide(request, "roll_back")

    def _decide(self, request: Request, name: str) -> Response:
        row = self.get_object()
        values = body_of(request, ChangeStatusSerializer)
        try:
            found = decide(
                row,
                name,
                values["version"],
                timezone.now(),
                actor_of(request),
                values["note"],
            )
        except StaleVersion as error:
            current = self._answer(self.get_object()).data
            raise Conflict(str(error), current=current) from None
        return self._answer(found)

    def _answer(self, row: Remediation, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.queryset.get(pk=row.pk)
        return Response(RemediationDetailSerializer(fresh).data, status=code)
