"""The endpoint of budgets."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import Pages
from core.api.parameters import body_of, refuse_unknown
from core.api.permissions import MayChange, MayView
from core.api.problems import Conflict, errors
from core.api.viewsets import RowsViewSet
from insights.budgets.api.serializers import BudgetSerializer, ChangeBudgetSerializer
from insights.budgets.changes import add_budget, change_budget, delete_budget
from insights.budgets.filters import BudgetFilter
from insights.models import Budget
from insights.transitions import StaleVersion


class BudgetViewSet(RowsViewSet):
    """Budgets and their status this month, by name."""

    queryset = Budget.objects.select_related("account", "created_by", "owner").order_by(
        "name", "id"
    )
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = BudgetSerializer
    filterset_class = BudgetFilter
    csv_name = "budgets"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @extend_schema(request=BudgetSerializer, responses={201: BudgetSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Add a budget; its status is computed at once."""
        given = body_of(request, BudgetSerializer)
        budget = Budget(**given)
        add_budget(budget, timezone.now(), request)
        return self._answer(budget, status.HTTP_201_CREATED)

    @extend_schema(
        request=ChangeBudgetSerializer, responses={200: BudgetSerializer, **errors(409)}
    )
    @transaction.atomic
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change it, if nobody changed it since `version`."""
        budget = self.get_object()
        values = body_of(request, ChangeBudgetSerializer, budget)
        version = values.pop("version")
        try:
            change_budget(budget, values, version, timezone.now(), request)
        except StaleVersion as error:
            current = self.get_serializer(self.get_object()).data
            raise Conflict(str(error), current=current) from None
        return self._answer(budget)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its alerts."""
        refuse_unknown(request.query_params, ())
        delete_budget(self.get_object(), request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, budget: Budget, code: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=budget.pk)
        return Response(self.get_serializer(row).data, status=code)
