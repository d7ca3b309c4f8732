"""The admin of feedback."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.columns import change_link, moment
from insights.models import Feedback
from users.audited_admin import ReadOnlyAdmin


@admin.display(description="insight")
def insight(feedback: Feedback) -> SafeString:
    return change_link(feedback.insight)


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin[Feedback]):
    list_display = (insight, "user", "rating", "is_flagged", moment("updated_at"))
    list_select_related = (
        *("recommendation", "user", "anomaly__account", "anomaly__resource"),
        "forecast__account",
    )
    list_filter = ("is_flagged",)
    search_fields = ("comment", "recommendation__title", "user__username")
    ordering = ("-updated_at", "-id")
