"""The admin of recommendations and verified savings."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.columns import amount, linked, moment, pairs
from insights.models import Recommendation, RecommendationChange, Verification
from insights.status_admin import ChangeInline, StatusAdmin
from insights.templatetags.evidence import readable
from users.audited_admin import ACCOUNT, ReadOnlyAdmin


class RecommendationChangeInline(ChangeInline):
    model = RecommendationChange


@admin.display(description="evidence")
def evidence(row: Recommendation) -> SafeString:
    return pairs(dict(readable(row.evidence, row.currency)))


@admin.register(Recommendation)
class RecommendationAdmin(StatusAdmin):
    list_display = (
        "title",
        ACCOUNT,
        "category",
        "priority",
        amount("savings_monthly"),
        "status",
    )
    list_filter = (
        *("account", "rule", "category", "priority"),
        *("risk", "status", "is_found"),
    )
    search_fields = ("title", "resource__resource_id", "about", "account__name")
    ordering = ("-found_at", "-id")
    inlines = (RecommendationChangeInline,)
    computed = (
        ("title", ACCOUNT, linked("resource", ordering="resource__name")),
        "current_state",
        "recommendation",
        (amount("savings_monthly"), amount("counted_monthly"), "price_basis"),
        ("priority", "impact", "effort"),
        ("complexity", "risk", "confidence"),
        ("estimated_time", "is_found", "reason"),
        (moment("found_at"), moment("done_at")),
        evidence,
    )


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin[Verification]):
    list_display = (
        linked("recommendation", ordering="recommendation"),
        "status",
        amount("expected"),
        amount("realized"),
        moment("checked_at"),
    )
    list_select_related = ("recommendation",)
    list_filter = ("status",)
    search_fields = ("recommendation__title",)
    ordering = ("-checked_at", "-id")
