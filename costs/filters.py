"""Which costs: one FilterSet for the list, the trend, the summary and the page."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import (
    AnyChoice,
    AnyText,
    Order,
    WindowFilter,
    YesOrNo,
    end_filter,
    start_filter,
)
from core.db.money_field import DECIMAL_PLACES, LARGEST_ON_SQLITE
from costs.querysets import METRICS, DailyCostQuerySet
from providers.records import ChargeCategory

# What every database can compare with; a larger amount is on no bill.
AMOUNT: dict[str, Any] = {
    "decimal_places": DECIMAL_PLACES,
    "min_value": -int(LARGEST_ON_SQLITE),
    "max_value": int(LARGEST_ON_SQLITE),
}
CATEGORIES = [(item.value, item.value) for item in ChargeCategory]


class CostFilter(WindowFilter):
    """Which rows of whose bill. The days are checked, but left to the reader: a trend
    cuts its window itself, and a summary looks at the period before it too."""

    start = start_filter(method="any_day")
    end = end_filter(method="any_day")
    provider = provider_filter(help_text="The cloud whose bill it is.")
    account = account_filter(help_text="The account whose bill it is, by its id.")
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    sub_account = AnyText("sub_account_id", help_text="The account that used it.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    charge_category = AnyChoice(choices=CATEGORIES, help_text="Only these.")
    resource_group = AnyText(help_text="One or several resource groups of Azure.")
    exclude_resource_group = AnyText(
        "resource_group", exclude=True, help_text="Without these resource groups."
    )
    exclude_service = AnyText(
        "service", commas=False, exclude=True, help_text="Without these services."
    )
    exclude_region = AnyText("region", exclude=True, help_text="Without these regions.")
    exclude_sub_account = AnyText(
        "sub_account_id", exclude=True, help_text="Without what these accounts used."
    )
    exclude = AnyChoice(
        "charge_category",
        choices=CATEGORIES,
        exclude=True,
        help_text="Without these charge categories, such as Tax,Credit. What the "
        "bill names by no group stays in: service=Unallocated, counted as Usage.",
    )

    search = filters.CharFilter(
        method="searched", help_text="Part of a service, region, group or account id."
    )

    def searched(
        self, queryset: DailyCostQuerySet, name: str, value: str
    ) -> DailyCostQuerySet:
        return queryset.searched(value)

    def any_day(
        self, queryset: DailyCostQuerySet, name: str, value: date
    ) -> DailyCostQuerySet:
        return queryset


class TagCostFilter(CostFilter):
    """The filters of sums, which may be of costs by tag. CostQuery reads them."""

    tag = AnyText(
        "service",
        commas=False,
        help_text="Only this value of a tag key that is read, as team=shop; team= is "
        "untagged. Repeat it for several values of one key. By tag, costs are known by "
        "service and account, or by account alone on a bill over several: other "
        "filters can't be combined.",
    )
    exclude_tag = AnyText(
        "service", commas=False, exclude=True, help_text="Without these, as team=shop."
    )


class DailyCostFilter(CostFilter):
    """The filters of a list of rows: those of the bill, days, amounts and an order."""

    start = start_filter()
    end = end_filter()
    estimated = YesOrNo(
        "is_estimated", help_text="Whether the cloud may still change it."
    )
    metric = filters.ChoiceFilter(
        choices=[(name, name) for name in METRICS],
        method="any_metric",
        help_text="Which amount amount_min and amount_max are of. Default: billed.",
    )
    amount_min = filters.NumberFilter(
        method="at_least", help_text="At least so much.", **AMOUNT
    )
    amount_max = filters.NumberFilter(
        method="at_most", help_text="At most so much.", **AMOUNT
    )
    ordering = Order(fields=["day", "billed", "effective", "service", "region"])

    def any_metric(
        self, queryset: DailyCostQuerySet, name: str, value: str
    ) -> DailyCostQuerySet:
        return queryset

    def at_least(
        self, queryset: DailyCostQuerySet, name: str, value: Decimal
    ) -> DailyCostQuerySet:
        return queryset.filter(**{f"{self._metric}__gte": value})

    def at_most(
        self, queryset: DailyCostQuerySet, name: str, value: Decimal
    ) -> DailyCostQuerySet:
        return queryset.filter(**{f"{self._metric}__lte": value})

    @property
    def _metric(self) -> str:
        return self.form.cleaned_data.get("metric") or "billed"
