"""What was asked and answered."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from assistant.engine.parser import LONGEST_QUESTION
from clouds.access import AnyUser, is_limited, visible_accounts

MANAGE = "assistant.delete_interaction"


class InteractionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return one's own; administrators, who may delete them, see everybody's
        where they see all accounts.

        A token of fewer accounts than its user's sees what was asked with the same.
        """
        if user.has_perm(MANAGE) and not is_limited(user):  # type: ignore[union-attr]
            return self
        own = self.filter(user=user.pk)
        if getattr(user, "narrower_access", None) is None:
            return own
        return own.filter(context__accounts=accounts_seen(user))


def accounts_seen(user: AnyUser) -> list[int] | None:
    """Return the accounts that answers are of; None: all."""
    seen = visible_accounts(user)
    if seen is None:
        return None
    return list(seen.order_by("cloudaccount").values_list("cloudaccount", flat=True))


class Interaction(models.Model):
    """One row is one question with its answer, or why it was refused."""

    class Source(models.TextChoices):
        PAGE = "page", "Page"
        API = "api", "API"
        MCP = "mcp", "MCP"
        COMMAND = "command", "Command"

    class UnderstoodBy(models.TextChoices):
        GRAMMAR = "grammar", "Grammar"
        MODEL = "model", "Model"
        ARGUMENTS = "arguments", "Arguments of a tool"

    class Rating(models.IntegerChoices):
        RIGHT = 1, "Right"
        WRONG = -1, "Wrong"

    asked_at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    source = models.CharField(max_length=8, choices=Source.choices)
    question = models.CharField(max_length=LONGEST_QUESTION)
    intent = models.CharField(max_length=16, blank=True, help_text="Empty: refused.")
    understood_by = models.CharField(max_length=10, choices=UnderstoodBy.choices)
    confidence = models.FloatField(
        help_text="Share of the words that were understood; of a model's reading half."
    )
    context = models.JSONField(
        default=dict, help_text="The slots, the accounts that its user saw, the trail."
    )
    answer = models.JSONField(default=dict)
    is_answered = models.BooleanField()
    seconds = models.FloatField()
    rating = models.SmallIntegerField(null=True, choices=Rating.choices)
    comment = models.CharField(max_length=1000, blank=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = "answer"
        verbose_name_plural = "questions and answers"
        indexes = [models.Index(fields=["user", "-asked_at"], name="interaction_of")]

    def __str__(self) -> str:
        return self.question[:80]
