"""Asks the assistant: reads the question, answers it and keeps both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assistant.agents import Agent, report
from assistant.answer import DataStatus
from assistant.answerers import answer
from assistant.engine.names import Vocabulary
from assistant.engine.parser import (
    LONGEST_QUESTION,
    READ_ONLY,
    ParsedQuestion,
    Unanswered,
    parse,
)
from assistant.engine.slots import parse_slots
from assistant.model_endpoint import ModelUnusable, parse_by_model
from assistant.models import Interaction, accounts_seen
from assistant.vocabulary import labels_of, vocabulary_of
from clouds.access import AnyUser, limit_of
from core.windows import utc_day
from users.audit import record

MODEL_CONFIDENCE = 0.5
By = Interaction.UnderstoodBy


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was read, by what, and what was tried."""

    asked: ParsedQuestion | Unanswered
    by: By
    confidence: float
    trail: str = ""


def ask(question: str, user: AnyUser, source: Interaction.Source) -> Interaction:
    """Answer a question in words, or say why not; keep it either way."""
    begun, now = monotonic(), timezone.now()
    vocabulary = vocabulary_of(user, now)
    found = parse(question, vocabulary, utc_day(now))
    share = found.understood_share if isinstance(found, Unanswered) else 1.0
    reading = Reading(found, By.GRAMMAR, round(share, 2))
    if isinstance(found, Unanswered) and settings.ASSISTANT_MODEL_URL:
        reading = _by_model(question, found, vocabulary)
    return _keep(question, reading, user, source, now, begun, labels_of(vocabulary))


def ask_with(
    intent: str, values: Mapping[str, Any], user: AnyUser, source: Interaction.Source
) -> Interaction:
    """Answer an intent with its slots, as a tool gives them."""
    begun, now = monotonic(), timezone.now()
    vocabulary = vocabulary_of(user, now)
    reading = Reading(parse_slots(intent, values, vocabulary), By.ARGUMENTS, 1.0)
    pairs = ", ".join(f"{slot}={value}" for slot, value in values.items())
    question = f"{intent}: {pairs}" if pairs else intent
    return _keep(question, reading, user, source, now, begun, labels_of(vocabulary))


def keep_report(
    agent: Agent, user: AnyUser, source: Interaction.Source
) -> dict[str, Any]:
    """Return the report of an agent; keep that it was asked for, and its sentences."""
    begun, now = monotonic(), timezone.now()
    found = report(agent, user, now)
    sentences = [f"{one['title']}: {one['text']}" for one in found["sections"]]
    Interaction.objects.create(
        asked_at=now,
        user_id=user.pk,
        source=source,
        question=f"report: {agent.name}",
        intent="report",
        understood_by=By.ARGUMENTS,
        confidence=1.0,
        context=_context(user),
        answer={"text": " ".join(sentences), "data_status": found["data_status"]},
        is_answered=True,
        seconds=round(monotonic() - begun, 4),
    )
    return found


def _by_model(question: str, refused: Unanswered, vocabulary: Vocabulary) -> Reading:
    """Let a model fill the same intent, where words were not enough."""
    share = round(refused.understood_share, 2)
    if refused.reason == READ_ONLY or len(question) > LONGEST_QUESTION:
        return Reading(refused, By.GRAMMAR, share)
    try:
        found = parse_by_model(question, vocabulary)
    except ModelUnusable as error:
        return Reading(refused, By.GRAMMAR, share, f"Model: {error}")
    if isinstance(found, Unanswered):
        return Reading(refused, By.GRAMMAR, share, f"Model: {found.reason}")
    return Reading(found, By.MODEL, MODEL_CONFIDENCE)


def _keep(
    question: str,
    reading: Reading,
    user: AnyUser,
    source: Interaction.Source,
    now: datetime,
    begun: float,
    labels: Mapping[str, str],
) -> Interaction:
    asked = reading.asked
    slots = {} if isinstance(asked, Unanswered) else asked.slots
    result: Any = asked
    if not isinstance(asked, Unanswered):
        result = answer(asked, user, now, labels, DataStatus(user, now))
    return Interaction.objects.create(
        asked_at=now,
        user_id=user.pk,
        source=source,
        question=question[:LONGEST_QUESTION].replace("\0", ""),
        intent="" if isinstance(result, Unanswered) else result["intent"],
        understood_by=reading.by,
        confidence=reading.confidence,
        context=_context(user, slots, reading.trail),
        answer=_refusal(result) if isinstance(result, Unanswered) else result,
        is_answered=not isinstance(result, Unanswered),
        seconds=round(monotonic() - begun, 4),
    )


def _context(
    user: AnyUser, slots: Mapping[str, Any] | None = None, trail: str = ""
) -> dict[str, Any]:
    return {
        "slots": dict(slots or {}),
        "access": limit_of(user),
        "accounts": accounts_seen(user),
        "trail": trail,
    }


def _refusal(refused: Unanswered) -> dict[str, Any]:
    return {
        "text": refused.reason,
        "unknown": list(refused.unknown),
        "nearest": {word: list(names) for word, names in refused.nearest.items()},
    }


@transaction.atomic
def rate(row: Interaction, rating: int | None, comment: str, request: Any) -> None:
    """Store whether an answer was right, and that its user said so."""
    row.rating, row.comment = rating, comment
    row.save(update_fields=["rating", "comment"])
    record(request, "answer.rate", row, rating=rating, comment=comment)
