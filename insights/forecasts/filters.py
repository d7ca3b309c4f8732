"""Filters of forecasts, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, AnyText, UnknownLastOrder, YesOrNo
from insights.forecasts.models import Scope
from insights.forecasts.querysets import ForecastQuerySet


class ForecastFilter(filters.FilterSet):
    account = account_filter()
    provider = provider_filter()
    scope = AnyChoice(choices=Scope.choices, help_text="total, account or service.")
    key = AnyText(
        commas=False, help_text="The service, or the id of the account that used it."
    )
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    newest = YesOrNo(
        "is_newest", help_text="false: earlier forecasts. Default: current ones."
    )
    points = YesOrNo(method="with_points", help_text="true: each with its days.")
    search = filters.CharFilter("key", "icontains", help_text="Part of a key.")
    ordering = UnknownLastOrder(
        fields=["made_at", "data_until", "scope", "key", "mase"]
    )

    def with_points(
        self, queryset: ForecastQuerySet, name: str, value: bool
    ) -> ForecastQuerySet:
        return queryset.prefetch_related("points") if value else queryset

    def filter_queryset(self, queryset: ForecastQuerySet) -> ForecastQuerySet:
        rows = super().filter_queryset(queryset)
        newest = self.form.cleaned_data.get("newest")
        return rows if isinstance(newest, bool) else rows.newest()
