"""Endpoints of health: each component now with its uptime, and its history."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.access import AnyUser
from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from monitoring.health.filters import HealthFilter, HealthPeriodFilter
from monitoring.health.history import ComponentHistory, first_moment, histories
from monitoring.health.newest import newest_findings_for, newest_of_accounts
from monitoring.models import HealthPeriod, HealthState


class ComponentHealthSerializer(serializers.Serializer[ComponentHistory]):
    """One component now, and the share of its checks that found it up."""

    component = serializers.CharField(source="name")
    label = serializers.CharField()  # type: ignore[assignment]
    account = serializers.CharField(
        source="account.account_id",
        allow_null=True,
        default=None,
        help_text="The account that it is about; null: the installation.",
    )
    state = serializers.ChoiceField(
        source="newest.state",
        choices=HealthState.choices,
        allow_null=True,
        default=None,
        help_text="Of the newest check; null: not checked recently.",
    )
    message = serializers.CharField(source="newest.message", default="")
    response_ms = serializers.FloatField(
        source="newest.response_ms", allow_null=True, default=None
    )
    checked_at = serializers.DateTimeField(
        source="newest.checked_at", allow_null=True, default=None
    )
    uptime_percent = serializers.FloatField(
        allow_null=True,
        help_text="Of the checks of these days, how many did not find it down; null: "
        "there were none. What nobody checked counts neither way.",
    )
    checks = serializers.IntegerField()
    degraded = serializers.IntegerField(help_text="So many of them.")
    down = serializers.IntegerField(help_text="So many of them.")
    longest_ms = serializers.FloatField(
        allow_null=True, help_text="Longest response of a check."
    )


class HealthPeriodSerializer(serializers.ModelSerializer[HealthPeriod]):
    """What the checks of one component found in a minute, hour or day."""

    account = serializers.CharField(
        source="account.account_id", allow_null=True, default=None, read_only=True
    )

    class Meta:
        model = HealthPeriod
        fields = [
            *("id", "component", "account", "grain", "starts_at", "state", "checks"),
            *("degraded", "down", "response_ms", "max_response_ms", "message"),
            "checked_at",
        ]
        read_only_fields = fields


class HealthViewSet(RowsViewSet):
    """Each component that was checked: now, and its uptime in the days asked for.

    Default: the last 90 days.
    """

    queryset = HealthPeriod.objects.filter(grain=HealthPeriod.Grain.DAY).order_by("id")
    serializer_class = ComponentHealthSerializer
    filterset_class = HealthFilter
    pagination_class = Pages
    csv_name = "health"

    @extend_schema(responses={200: ComponentHealthSerializer(many=True)})
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        rows: Any = self.filter_queryset(self.get_queryset())
        if "start" not in request.query_params:
            rows = rows.filter(starts_at__gte=first_moment(timezone.now()))
        names = list(rows.components())
        if wants_file(request):
            return table_file(request, self.csv_name, self._lines(rows, names))
        page = self.paginate_queryset(names)
        serializer = self.get_serializer(
            _known(rows, page or [], request.user), many=True
        )
        return self.get_paginated_response(serializer.data)

    def _lines(self, rows: Any, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        yield list(ComponentHealthSerializer().fields)
        for line in self.get_serializer(
            _known(rows, names, self.request.user), many=True
        ).data:
            yield list(line.values())


def _known(
    rows: Any, names: Sequence[str], user: AnyUser
) -> Sequence[ComponentHistory]:
    now = timezone.now()
    found = {one.component: one for one in newest_findings_for(user, now)}
    found |= newest_of_accounts(HealthPeriod.objects.filter(component__in=names), now)
    return histories(rows, found, _accounts(names), names)


def _accounts(names: Sequence[str]) -> Mapping[str, CloudAccount]:
    """Return the account of each component that is about one."""
    keys = {name: name.removeprefix("account-") for name in names}
    accounts = CloudAccount.objects.in_bulk(
        [int(key) for name, key in keys.items() if key != name and key.isdecimal()]
    )
    return {f"account-{key}": account for key, account in accounts.items()}


class HealthPeriodViewSet(RowsViewSet):
    """What checks found: minutes (of two days), then hours (90 days), then days (400
    days), the newest first."""

    # As its index has them.
    queryset = HealthPeriod.objects.select_related("account").order_by(
        "-grain", "-starts_at", "-id"
    )
    serializer_class = HealthPeriodSerializer
    filterset_class = HealthPeriodFilter
    csv_name = "health-history"
    decimals = None
