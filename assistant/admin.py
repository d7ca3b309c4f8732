"""The admin of questions and answers: nobody changes what was asked."""

from django.contrib import admin
from django.utils.safestring import SafeString

from assistant.models import Interaction
from core.admin.columns import moment, pairs
from users.audited_admin import ReadOnlyAdmin, page


@admin.display(description="context")
def context(row: Interaction) -> SafeString:
    return pairs(row.context)


@admin.display(description="answer")
def answer(row: Interaction) -> str:
    return str(row.answer.get("text", ""))


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin[Interaction]):
    list_display = (
        *(moment("asked_at"), "user", "question", "intent", "source"),
        *("is_answered", "confidence", "rating"),
    )
    list_filter = ("is_answered", "source", "understood_by")
    search_fields = ("question", "user__username")
    date_hierarchy = "asked_at"
    ordering = ("-asked_at", "-id")
    fields = page(
        (moment("asked_at"), "user", "source"),
        "question",
        ("intent", "understood_by", "confidence"),
        answer,
        context,
        ("is_answered", "seconds"),
        ("rating", "comment"),
    )
