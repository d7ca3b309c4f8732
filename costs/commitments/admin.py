"""The admin of commitments as clouds tell of them: only a sync writes it."""

from django.contrib import admin

from core.admin.columns import amount, day, linked, moment
from costs.commitments.models import CommitmentCoverage, CommitmentUse
from users.audited_admin import ReadOnlyAdmin


@admin.register(CommitmentUse)
class CommitmentUseAdmin(ReadOnlyAdmin[CommitmentUse]):
    list_display = (
        *("__str__", linked("account", ordering="account__name"), "kind", "region"),
        *(amount("cost"), amount("unused"), day("ends_on"), moment("read_at")),
    )
    search_fields = ("description", "commitment_id", "account__name")
    ordering = ("account_id", "commitment_id")


@admin.register(CommitmentCoverage)
class CommitmentCoverageAdmin(ReadOnlyAdmin[CommitmentCoverage]):
    list_display = (
        *("service", linked("account", ordering="account__name"), "kind", "region"),
        *("covered", "total", "unit", amount("on_demand"), moment("read_at")),
    )
    search_fields = ("service", "account__name")
    ordering = ("account_id", "kind", "service", "region")
