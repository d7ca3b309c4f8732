"""The admin of what clouds themselves advise: only a sync writes it."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.columns import amount, moment, pairs, unbroken
from insights.models import Advice
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page


@admin.display(description="resource ID", ordering="resource_id")
def resource_id(row: Advice) -> SafeString:
    return unbroken(row.resource_id)


@admin.display(description="details")
def details(row: Advice) -> SafeString:
    return pairs(row.details)


@admin.register(Advice)
class AdviceAdmin(ReadOnlyAdmin[Advice]):
    list_display = (
        *("solution", "resource_name", ACCOUNT, "impact"),
        *(amount("monthly_savings"), "term", moment("updated_at")),
    )
    list_filter = ("account", "impact")
    search_fields = ("solution", "resource_id", "account__name")
    ordering = ("account_id", "id")
    fields = page(
        ("solution", "problem"),
        (ACCOUNT, resource_id),
        ("resource_type", "resource_name", "region"),
        ("impact", amount("monthly_savings"), "term"),
        ("type_id", "advice_id"),
        details,
        (moment("updated_at"), moment("first_seen_at"), moment("last_seen_at")),
    )
