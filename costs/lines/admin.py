"""The admin of line items: which months are stored, and what they were read from."""

from django.contrib import admin

from core.admin.columns import amount, day, linked, moment
from costs.lines.models import LineItemMonth
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page


@admin.register(LineItemMonth)
class LineItemMonthAdmin(ReadOnlyAdmin[LineItemMonth]):
    list_display = (
        day("month"),
        ACCOUNT,
        "source_format",
        "row_count",
        amount("billed"),
        amount("effective"),
        "byte_count",
        moment("imported_at"),
        linked("run", ordering="run"),
    )
    list_select_related = ("run__account",)
    list_filter = (
        "account",
        "month",
        ("source_format", admin.AllValuesFieldListFilter),
    )
    search_fields = ("account__name", "account__account_id")
    search_help_text = "Part of an account's name or id."
    date_hierarchy = "month"
    ordering = ("-month", "account", "id")
    fields = page(
        (day("month"), "account", "currency"),
        (amount("billed", exact=True), amount("effective", exact=True)),
        ("row_count", "byte_count", "file"),
        ("source_format", "source_version"),
        (moment("imported_at"), "run"),
    )
