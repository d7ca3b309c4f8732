"""What reading the cloud costs: rows per operation and day, and a summary."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.access import is_limited
from clouds.account_fields import AccountIdField
from clouds.filters import account_filter
from core.api.amounts import AmountField
from core.api.files import table_file, wants_file
from core.api.filters import AnyText, Order, WindowFilter, end_filter, start_filter
from core.api.parameters import refuse_unknown
from core.api.viewsets import RowsViewSet
from syncs.api_usage.report import api_spend, spend_per_account
from syncs.models import ApiUsage


class ApiUsageFilter(WindowFilter):
    start = start_filter()
    end = end_filter()
    account = account_filter()
    service = AnyText(
        help_text="As its cloud names it, such as ce or Microsoft.Compute."
    )
    operation = AnyText(help_text="Such as GetCostAndUsage.")
    ordering = Order(fields=["day", "requests", ("usd_e5", "usd")])


class StoredUsdField(AmountField):
    """An amount that is stored as a whole number of 10^-5 USD."""

    def to_representation(self, value: Any) -> str:
        return super().to_representation(Decimal(value).scaleb(-5))


class ApiUsageSerializer(serializers.ModelSerializer[ApiUsage]):
    """The requests of one operation for one account on one UTC day."""

    account = AccountIdField()
    usd = StoredUsdField(source="usd_e5", read_only=True)

    class Meta:
        model = ApiUsage
        fields = ["id", "account", "day", "service", "operation", "requests", "usd"]


class UsageSerializer(serializers.Serializer[Any]):
    """Requests and what they cost in USD."""

    requests = serializers.IntegerField()
    usd = AmountField()


class SpendLineSerializer(serializers.Serializer[Any]):
    """One service or account, today and this month."""

    name = serializers.CharField(
        help_text="As its cloud names a service; an account's id."
    )
    today = UsageSerializer()
    month = UsageSerializer()


class SpendSummarySerializer(serializers.Serializer[Any]):
    """What reading the cloud costs today and this month, in UTC."""

    day = serializers.DateField(help_text="Today.")
    today = UsageSerializer()
    month = UsageSerializer(help_text="From its first day, today included.")
    daily_budget_usd = AmountField(
        allow_null=True, help_text="AWS_API_DAILY_BUDGET_USD; null where none is set."
    )
    budget_left_usd = AmountField(
        allow_null=True, help_text="What today's further requests may cost together."
    )
    services = SpendLineSerializer(many=True)
    accounts = SpendLineSerializer(many=True)


class ApiUsageViewSet(RowsViewSet):
    """Requests per account, day, service and operation; the newest first."""

    queryset = ApiUsage.objects.select_related("account").order_by(
        "-day", "account_id", "service", "operation"
    )
    serializer_class = ApiUsageSerializer
    filterset_class = ApiUsageFilter
    csv_name = "api-usage"
    decimals = None

    @extend_schema(responses=SpendSummarySerializer)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def summary(self, request: Request) -> Response | StreamingHttpResponse:
        """Today and this month, in all, per service and per account."""
        refuse_unknown(request.query_params, ())
        now = timezone.now()
        usage: Any = self.get_queryset()
        spend = api_spend(now, usage)
        # The budget is of all accounts together.
        budget = None if is_limited(request.user) else spend.budget
        data = SpendSummarySerializer(
            {
                "day": spend.day,
                "today": spend.today,
                "month": spend.month,
                "daily_budget_usd": budget and budget.usd,
                "budget_left_usd": budget and budget.left_usd,
                "services": spend.services,
                "accounts": spend_per_account(now, usage),
            }
        ).data
        if wants_file(request):
            rows = _summary_rows(data)
            return table_file(request, "api-usage-summary", rows, decimals=None)
        return Response(data)


def _summary_rows(data: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """A row for all, and for each service and account."""
    yield ["of", "name", "requests_today", "usd_today", "requests_month", "usd_month"]
    yield ["all", "", *_counted(data)]
    for line in data["services"]:
        yield ["service", line["name"], *_counted(line)]
    for line in data["accounts"]:
        yield ["account", line["name"], *_counted(line)]


def _counted(line: Mapping[str, Any]) -> Sequence[Any]:
    return [*line["today"].values(), *line["month"].values()]
