"""The admin of the dashboard's history, which its task alone writes."""

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateFilter

from core.admin.columns import amount, day, moment
from dashboard.models import DashboardMetric
from users.audited_admin import ReadOnlyAdmin


@admin.register(DashboardMetric)
class DashboardMetricAdmin(ReadOnlyAdmin[DashboardMetric]):
    list_display = (
        day("day"),
        amount("total_monthly_cost"),
        amount("projected_monthly_cost"),
        amount("total_potential_savings"),
        "total_vms",
        "running_vms",
        day("data_through"),
        "reconciled",
        moment("computed_at"),
    )
    list_filter = (("day", RangeDateFilter), ("currency", FieldTextFilter))
    date_hierarchy = "day"
    ordering = ("-day", "currency")
