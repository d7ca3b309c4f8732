"""The admin of what reading the cloud costs: requests per day, and the day's budget."""

from django.contrib import admin

from core.admin.columns import day
from core.money import for_reading
from syncs.models import ApiBudgetDay, ApiUsage
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page

DAY = day("day")


@admin.display(description="API cost", ordering="usd_e5")
def cost(row: ApiUsage) -> str:
    return for_reading(row.usd, "USD", exact=True)


@admin.display(description="taken of the day's budget", ordering="usd_e5")
def taken(row: ApiBudgetDay) -> str:
    return for_reading(row.usd, "USD", exact=True)


@admin.register(ApiUsage)
class ApiUsageAdmin(ReadOnlyAdmin[ApiUsage]):
    list_display = (
        DAY,
        ACCOUNT,
        "service",
        "operation",
        "requests",
        cost,
    )
    list_filter = ("account", "day", "service", "operation")
    search_fields = ("service", "operation", "account__name", "account__account_id")
    search_help_text = "Part of a service, an operation, an account's name or id."
    date_hierarchy = "day"
    ordering = ("-day", "service", "operation", "id")
    fields = page((DAY, "account"), ("service", "operation"), ("requests", cost))


@admin.register(ApiBudgetDay)
class ApiBudgetDayAdmin(ReadOnlyAdmin[ApiBudgetDay]):
    """Written before each priced request, while AWS_API_DAILY_BUDGET_USD is set."""

    list_display = (DAY, taken)
    date_hierarchy = "day"
    ordering = ("-day",)
    fields = page(DAY, taken)
