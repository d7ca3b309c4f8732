"""Which costs: one FilterSet for the list, the trend, the summary and the page."""

from datetime import date
from typing import Any

import django_filters as filters

from costs.fields import DECIMAL_PLACES, LARGEST_ON_SQLITE
from costs.models import DailyCost
from costs.querysets import DailyCostQuerySet
from providers.records import ChargeCategory
from rest.filters import (
    AnyChoice,
    AnyObject,
    AnyText,
    WindowForm,
    end_filter,
    start_filter,
)
from syncs.models import CloudAccount

# What every database can compare with; a larger amount is on no bill.
AMOUNT: dict[str, Any] = {
    "decimal_places": DECIMAL_PLACES,
    "min_value": -int(LARGEST_ON_SQLITE),
    "max_value": int(LARGEST_ON_SQLITE),
}
CATEGORIES = [(item.value, item.value) for item in ChargeCategory]


class CostFilter(filters.FilterSet):
    """Which rows of whose bill. The days are checked, but left to the reader: a trend
    cuts its window itself, and a summary looks at the period before it too."""

    start = start_filter(method="any_day")
    end = end_filter(method="any_day")
    account = AnyObject(
        queryset=CloudAccount.objects.all(),
        to_field_name="account_id",
        help_text="The account whose bill it is, by its 12 digits.",
    )
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    sub_account = AnyText("sub_account_id", help_text="The account that used it.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    charge_category = AnyChoice(choices=CATEGORIES, help_text="Only these.")
    exclude = AnyChoice(
        "charge_category",
        choices=CATEGORIES,
        exclude=True,
        help_text="Without these charge categories, such as Tax,Credit.",
    )

    class Meta:
        model = DailyCost
        fields: list[str] = []
        form = WindowForm

    def any_day(
        self, queryset: DailyCostQuerySet, name: str, value: date
    ) -> DailyCostQuerySet:
        return queryset


class DailyCostFilter(CostFilter):
    """The filters of a list of rows: those of the bill, days, amounts and an order."""

    start = start_filter()
    end = end_filter()

    amount_min = filters.NumberFilter(
        "billed", "gte", help_text="Billed at least.", **AMOUNT
    )
    amount_max = filters.NumberFilter(
        "billed", "lte", help_text="Billed at most.", **AMOUNT
    )
    search = filters.CharFilter("service", "icontains", help_text="Part of a service.")
    ordering = filters.OrderingFilter(
        fields=["day", "billed", "effective", "service", "region"],
        help_text="Such as -billed; ties are ordered by row.",
    )

    def filter_queryset(self, queryset: DailyCostQuerySet) -> DailyCostQuerySet:
        rows = super().filter_queryset(queryset)
        # Pages stay right only in an order without ties.
        return rows.order_by(*rows.query.order_by or rows.model._meta.ordering, "id")
