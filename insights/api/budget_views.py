"""Budgets: what each may be a month, how it stands, and the rights to change it."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from insights.api.budget_serializers import BudgetSerializer, ChangeBudgetSerializer
from insights.api.permissions import MayChange
from insights.budgeting import count
from insights.filters import BudgetFilter
from insights.models import Budget
from insights.moves import Stale, change_unless_stale
from people.audit import record
from people.changes import values_changed
from rest.errors import Conflict, errors
from rest.pagination import Pages
from rest.parameters import refuse_unknown
from rest.permissions import MayView
from rest.rows import RowsViewSet


class BudgetViewSet(RowsViewSet):
    """Every budget and how it stands this month, by name."""

    queryset = Budget.objects.select_related("account", "created_by").order_by(
        "name", "id"
    )
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = BudgetSerializer
    filterset_class = BudgetFilter
    csv_name = "budgets"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @extend_schema(
        request=BudgetSerializer,
        responses={201: BudgetSerializer, **errors(400, 403)},
    )
    def create(self, request: Request) -> Response:
        """Sets a budget, and counts it at once."""
        refuse_unknown(request.query_params, ())
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        user, now = request.user, timezone.now()
        assert isinstance(user, User)  # noqa: S101 - for the type checker
        budget = given.save(created_by=user, created_at=now)
        count(budget, now)
        record(request, "budget.add", budget, **_told(None, budget, given))
        return self._answer(budget, status.HTTP_201_CREATED)

    @extend_schema(
        request=ChangeBudgetSerializer,
        responses={200: BudgetSerializer, **errors(400, 403, 404, 409)},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes it, if nobody else did since `version`."""
        refuse_unknown(request.query_params, ())
        budget = self.get_object()
        context = self.get_serializer_context()
        given = ChangeBudgetSerializer(budget, data=request.data, context=context)
        given.is_valid(raise_exception=True)
        wanted = dict(given.validated_data)
        try:
            change_unless_stale(budget, wanted.pop("version"), wanted)
        except Stale as error:
            current = self.get_serializer(self.get_object()).data
            raise Conflict(str(error), current=current) from None
        changed = self.get_object()
        count(changed, timezone.now())
        record(request, "budget.change", changed, **_told(budget, changed, given))
        return self._answer(changed)

    @extend_schema(responses={204: None, **errors(403, 404)})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes it with its alerts."""
        refuse_unknown(request.query_params, ())
        budget = self.get_object()
        record(request, "budget.delete", budget)
        budget.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, budget: Budget, code: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=budget.pk)
        return Response(self.get_serializer(row).data, status=code)


def _told(before: Budget | None, after: Budget, given: Any) -> dict[str, Any]:
    """What changed, for the audit trail."""
    names = [name for name in given.validated_data if name != "version"]
    return dict(values_changed(before, after, names))
