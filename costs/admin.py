"""The admin of costs: rows of the bill, its totals and what was restated.

Only a sync writes them. Amounts are decimals with their currency, never floats.
"""

from typing import Protocol

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.columns import amount, day, label, linked, list_url, moment, text_link
from core.money import for_reading
from costs.allocation import admin as allocation
from costs.commitments import admin as commitments
from costs.groupings import UNTAGGED
from costs.lines import admin as lines
from costs.models import CostTotal, DailyCost, Restatement, TagCost
from users.audited_admin import ACCOUNT, DropdownFilter, ReadOnlyAdmin, page

# Django finds the admin of each subject here.
__all__ = ["allocation", "commitments", "lines"]

DAY = day("day")
RUN = linked("run", ordering="run")


class Estimable(Protocol):
    is_estimated: bool


@admin.display(description="status", ordering="is_estimated")
def status(row: Estimable) -> SafeString:
    return label("estimated", "warning") if row.is_estimated else label("final")


@admin.display(description="tag value", ordering="tag_value")
def tag_value(row: TagCost) -> str:
    return row.tag_value or UNTAGGED


@admin.register(DailyCost)
class DailyCostAdmin(ReadOnlyAdmin[DailyCost]):
    list_display = (
        DAY,
        ACCOUNT,
        "sub_account_id",
        "service",
        "region",
        "charge_category",
        amount("billed"),
        amount("effective"),
        status,
    )
    list_filter = (
        *("account", "day", "service", "region", "sub_account_id"),
        *("charge_category", "currency", "is_estimated"),
    )
    search_fields = ("service", "sub_account_id", "resource_group")
    search_help_text = "Part of a service, a member account or a resource group."
    date_hierarchy = "day"
    # An index gives the order of the first two; a few services are then sorted.
    ordering = ("-day", "account_id", "service", "id")
    fields = page(
        (DAY, "account", "sub_account_id"),
        ("service", "region", "resource_group"),
        ("charge_category", "currency", status),
        (amount("billed", exact=True), amount("effective", exact=True)),
    )


@admin.register(TagCost)
class TagCostAdmin(ReadOnlyAdmin[TagCost]):
    list_display = (
        DAY,
        ACCOUNT,
        "tag_key",
        tag_value,
        "sub_account_id",
        "service",
        amount("billed"),
        amount("effective"),
        status,
    )
    list_filter = (
        *("account", "day", "tag_key", "tag_value", "service"),
        *("sub_account_id", "currency", "is_estimated"),
    )
    search_fields = ("tag_value", "service", "sub_account_id")
    search_help_text = "Part of a tag's value, a service or a member account."
    date_hierarchy = "day"
    # An index gives the order of the first; a day's rows are then sorted.
    ordering = ("-day", "account_id", "tag_key", "id")
    fields = page(
        (DAY, "account", "sub_account_id"),
        ("tag_key", tag_value, "service"),
        ("currency", status),
        (amount("billed", exact=True), amount("effective", exact=True)),
    )


class Reconciliation(DropdownFilter):
    """Finds days whose rows do not sum to what the cloud says the day cost in all."""

    title = "reconciliation"
    parameter_name = "reconciliation"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        return [("broken", "Rows do not sum to the total")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CostTotal]
    ) -> QuerySet[CostTotal]:
        if self.value() != "broken":
            return queryset
        return queryset.filter(is_reconciled=False)


@admin.display(description="rows of the day")
def rows_of_day(total: CostTotal) -> SafeString:
    lookups = {
        "account__id__exact": total.account_id,
        "currency__icontains": total.currency,
    }
    url = list_url(DailyCost, day_from=total.day, day_to=total.day, **lookups)
    return text_link(url, "Daily costs")


@admin.register(CostTotal)
class CostTotalAdmin(ReadOnlyAdmin[CostTotal]):
    list_display = (DAY, ACCOUNT, amount("billed"), amount("effective"), status, RUN)
    list_select_related = ("run__account",)
    list_filter = ("account", "run", "day", Reconciliation, "is_estimated")
    search_fields = ("account__name", "account__account_id")
    search_help_text = "Part of an account's name or id."
    date_hierarchy = "day"
    ordering = ("-day", "account_id", "currency")
    fields = page(
        (DAY, "account", "currency"),
        (amount("billed", exact=True), amount("effective", exact=True), status),
        ("run", rows_of_day),
    )


@admin.display(description="change of billed")
def billed_change(row: Restatement) -> str:
    return for_reading(row.new_billed - row.old_billed, row.currency)


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin[Restatement]):
    list_display = (
        DAY,
        ACCOUNT,
        amount("old_billed"),
        amount("new_billed"),
        billed_change,
        "was_estimated",
        moment("restated_at"),
        RUN,
    )
    list_select_related = ("run__account",)
    list_filter = ("account", "run", "day", "was_estimated")
    search_fields = ("account__name", "account__account_id")
    search_help_text = "Part of an account's name or id."
    date_hierarchy = "day"
    ordering = ("-restated_at", "-day", "id")
    fields = page(
        (DAY, "account", "currency"),
        (amount("old_billed", exact=True), amount("new_billed", exact=True)),
        (amount("old_effective", exact=True), amount("new_effective", exact=True)),
        ("was_estimated", moment("restated_at"), "run"),
    )
