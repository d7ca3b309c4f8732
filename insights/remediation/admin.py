"""The admin of remediations, which their page and endpoint write."""

from django.contrib import admin

from core.admin.columns import linked, moment
from insights.models import PowerSchedule, Remediation, RemediationLine
from insights.status_admin import ChangeInline
from users.audited_admin import ACCOUNT, ReadOnlyAdmin


class RemediationLineInline(ChangeInline):
    model = RemediationLine


@admin.register(Remediation)
class RemediationAdmin(ReadOnlyAdmin[Remediation]):
    list_display = (
        *("__str__", ACCOUNT, "kind", "status", "proposed_by", "approved_by"),
        moment("proposed_at"),
        moment("finished_at"),
    )
    list_select_related = ("account", "resource", "run__account")
    list_filter = ("account", "status", "kind")
    search_fields = ("resource__name", "resource__resource_id", "proposed_by")
    ordering = ("-proposed_at", "-id")
    inlines = (RemediationLineInline,)


@admin.register(PowerSchedule)
class PowerScheduleAdmin(ReadOnlyAdmin[PowerSchedule]):
    list_display = (
        linked("resource", ordering="resource__name"),
        *(ACCOUNT, "off", "approved_by"),
        *(moment("since"), moment("ended_at")),
    )
    list_filter = ("account",)
    search_fields = ("resource__name", "resource__resource_id")
    ordering = ("-since", "-id")
