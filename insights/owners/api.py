"""The endpoints of owners: their rules, and handing something over."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.account_fields import AccountIdField
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of
from core.api.permissions import view_right
from core.api.viewsets import RowsViewSet
from insights.models import OwnerRule
from insights.owners.assignment import KINDS, assign
from insights.owners.filters import OwnerRuleFilter
from insights.status_views import LONGEST_NOTE
from users.user_fields import OwnerField

MOST_ROWS = 500


class OwnerRuleSerializer(serializers.ModelSerializer[OwnerRule]):
    """Whose things are that meet all conditions; an empty one is met by anything."""

    owner = OwnerField()
    account = AccountIdField(allow_null=True)
    team = serializers.SlugRelatedField[Any](
        slug_field="name", read_only=True, allow_null=True
    )

    class Meta:
        model = OwnerRule
        fields = ("id", "position", "owner", "account", "team", "tag_key", "tag_value")


class OwnerRuleViewSet(RowsViewSet):
    """The rules that tell whose something is, in their order."""

    queryset = OwnerRule.objects.select_related("owner", "account", "team").order_by(
        "position", "id"
    )
    pagination_class = Pages
    serializer_class = OwnerRuleSerializer
    filterset_class = OwnerRuleFilter
    csv_name = "owner-rules"


class AssignmentSerializer(StrictSerializer):
    """What is handed over, and to whom."""

    about = serializers.ChoiceField(choices=[*KINDS])
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        allow_empty=False,
        max_length=MOST_ROWS,
        help_text="All of them, or none where one cannot be handed over.",
    )
    owner = serializers.SlugRelatedField[User](
        slug_field="username",
        queryset=User.objects.filter(is_active=True),
        allow_null=True,
        help_text="By username; null: back to its owner by the rules.",
        error_messages={"does_not_exist": "There is no user {value}."},
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    message = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_NOTE,
        help_text="To the owner.",
    )


class MayAssign(BasePermission):
    """Require the right to hand over anything, before a username is looked up."""

    message = "This needs the permission to hand something over: " + ", ".join(
        sorted({right for _, right in KINDS.values()})
    )

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method == "OPTIONS":
            return True
        return any(
            request.user.has_perm(view_right(model)) and request.user.has_perm(right)
            for model, right in KINDS.values()
        )


class AssignmentView(APIView):
    """Hand something over to a person, or back to the rules."""

    permission_classes = [IsAuthenticated, MayAssign]

    @extend_schema(request=AssignmentSerializer, responses=AssignmentSerializer)
    def post(self, request: Request) -> Response:
        """Hand rows over to a person, who is notified; or back to the rules."""
        given = body_of(request, AssignmentSerializer)
        values = dict(given)
        model, right = KINDS[values.pop("about")]
        for needed in (view_right(model), right):
            if not request.user.has_perm(needed):
                raise PermissionDenied(f"This needs the permission {needed}.")
        rows = _rows(model, values.pop("ids"), request)
        assign(rows, now=timezone.now(), request=request, **values)
        return Response(AssignmentSerializer(given).data)


def _rows(model: Any, ids: list[int], request: Request) -> list[Any]:
    """Raise ValidationError naming what the user may not see."""
    seen = model.objects.visible_to(request.user).select_related("account", "owner")
    rows = seen.in_bulk(ids)
    if missing := sorted({*ids} - rows.keys()):
        name = model._meta.verbose_name
        raise ValidationError({"ids": [f"There is no {name} {missing[0]}."]})
    return list(rows.values())
