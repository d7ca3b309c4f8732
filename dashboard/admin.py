"""The admin of the dashboard's history, which its task alone writes, and digests."""

from django.contrib import admin

import dashboard.demo.admin  # noqa: F401 - it registers itself
from core.admin.columns import amount, day, moment
from dashboard.models import DashboardMetric, Digest
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
    list_filter = ("day", "currency")
    date_hierarchy = "day"
    ordering = ("-day", "currency")


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin[Digest]):
    list_display = ("user", "frequency", "hour", "channel", day("sent_on"))
    list_filter = ("frequency",)
    search_fields = ("user__username", "channel")
    ordering = ("user__username", "id")
