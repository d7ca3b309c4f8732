"""The endpoint of the coverage calendar."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.api.pagination import Pages
from core.api.parameters import checked
from core.api.viewsets import RowsViewSet
from core.windows import Window
from costs.calendar.account_days import AccountDays, account_days
from costs.calendar.filters import CoverageFilter
from costs.models import CostTotal

ACCOUNTS_AT_ONCE = 100


class MissingDaysSerializer(serializers.Serializer[Window]):
    """Days on end, half-open."""

    start = serializers.DateField()
    end = serializers.DateField()


class CoverageSerializer(serializers.Serializer[AccountDays]):
    """How many days of an account's bill are in which state, and which are missing."""

    account = serializers.CharField(source="account.account_id")
    name = serializers.CharField(source="account.name")
    days = serializers.DictField(
        child=serializers.IntegerField(),
        source="counts",
        help_text="missing, read (it differs from the bill), estimated, reconciled, "
        "covered (on another account's bill): how many are in it.",
    )
    missing = MissingDaysSerializer(many=True, help_text="Days that can be read again.")


class CoverageViewSet(RowsViewSet):
    """Which days of each account's bill are stored, and how far they can be relied on.

    Default: six months up to today. As a file a row for each account and day.
    """

    queryset = CloudAccount.objects.order_by("name", "id")
    serializer_class = CoverageSerializer
    filterset_class = CoverageFilter
    pagination_class = Pages
    viewed_models: tuple[type[Model], ...] = (CloudAccount, CostTotal)

    @extend_schema(responses=CoverageSerializer(many=True))
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        accounts = self.filter_queryset(self.get_queryset())
        if wants_file(request):
            rows = self._days(accounts)
            return table_file(request, "coverage", rows, self._window())
        page = self.paginate_queryset(accounts) or []
        found = account_days(page, self._window(), timezone.now())
        serializer = self.get_serializer(found, many=True)
        return self.get_paginated_response(serializer.data)

    def _window(self) -> Window:
        given = CoverageFilter(
            self.request.query_params, self.get_queryset(), request=self.request
        )
        checked(given)
        return given.window

    def _days(self, accounts: QuerySet[CloudAccount]) -> Iterator[Sequence[Any]]:
        yield ["account", "name", "day", "state"]
        found, window = list(accounts), self._window()
        for at in range(0, len(found), ACCOUNTS_AT_ONCE):
            some = found[at : at + ACCOUNTS_AT_ONCE]
            for row in account_days(some, window, timezone.now()):
                for day, state in row.cells:
                    if state:
                        yield [row.account.account_id, row.account.name, day, state]
