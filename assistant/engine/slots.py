"""Slots that are given as values: by a tool's arguments, a model or a link.

They are checked as strictly as words are, so that no door knows more than another.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.engine.intent import LARGEST_LIMIT, Intent
from assistant.engine.intents import INTENT_OF
from assistant.engine.lexicon import GROUP_NOUNS
from assistant.engine.names import NameKind, Vocabulary
from assistant.engine.parser import (
    LONGEST_QUESTION,
    ParsedQuestion,
    Unanswered,
    too_many,
    with_defaults,
)
from assistant.engine.periods import day_of
from core.periods import PERIODS

DAYS = ("start", "end", "previous_start", "previous_end")
SCHEMA_OF_DAY = {"type": "string", "format": "date"}


def parse_slots(
    name: str, values: Mapping[str, Any], vocabulary: Vocabulary
) -> ParsedQuestion | Unanswered:
    """Return the question of an intent and its slots, or what is wrong with them."""
    intent = INTENT_OF.get(name)
    if intent is None:
        return Unanswered(
            f"There is no intent {name}. Choose from: {', '.join(INTENT_OF)}."
        )
    if reason := _unreadable(values):
        return Unanswered(reason)
    slots: dict[str, str | Sequence[str]] = {}
    for slot, value in values.items():
        if value in (None, "", []):
            continue
        found = _checked(intent, slot, value, vocabulary)
        if isinstance(found, Unanswered):
            return found
        slots[slot] = found
    if reason := _half_window(slots) or too_many(intent, slots):
        return Unanswered(reason)
    return ParsedQuestion(intent.name, with_defaults(intent, slots))


def _unreadable(values: Mapping[str, Any]) -> str:
    """Return why they are not looked at any closer; "" where they are."""
    for slot, value in values.items():
        several = value if isinstance(value, list | tuple) else [value]
        if len(several) > LARGEST_LIMIT:
            return f"Give at most {LARGEST_LIMIT} values of a slot."
        texts = [slot, *map(str, several)]
        if any(len(text) > LONGEST_QUESTION for text in texts):
            return f"A value has at most {LONGEST_QUESTION} characters."
        if any("\0" in text for text in texts):
            return "Null characters are not allowed."
    return ""


def _half_window(slots: Mapping[str, Any]) -> str:
    for first, last in (DAYS[:2], DAYS[2:]):
        if (first in slots) != (last in slots):
            return f"Give {first} and {last} together."
        if first in slots and slots[first] >= slots[last]:
            return f"{first} must be before {last}, which is exclusive."
    return ""


def _checked(
    intent: Intent, slot: str, value: Any, vocabulary: Vocabulary
) -> str | list[str] | Unanswered:
    if slot not in intent.slots:
        return Unanswered(
            f"{intent.name} has no {slot}. It has: {', '.join(intent.slots)}.", [slot]
        )
    if kind := name_kind(intent, slot):
        return _names(kind, value, vocabulary)
    text = str(value) if isinstance(value, str | int) else ""
    if slot == "limit":
        is_limit = text.isascii() and text.isdigit() and 1 <= len(text) <= 2
        is_limit = is_limit and 1 <= int(text) <= LARGEST_LIMIT
        return (
            text if is_limit else Unanswered(f"limit is 1 to {LARGEST_LIMIT}.", [slot])
        )
    if slot in DAYS:
        return (
            text if day_of(text) else Unanswered(f"Give {slot} as 2026-01-31.", [slot])
        )
    choices = _choices(intent, slot, vocabulary)
    parts = text.split(",") if slot == "group_by" else [text]
    if not all(part in choices for part in parts) or len(parts) > 2:
        return Unanswered(
            f'"{text or value}" is no {slot}. Choose from: {", ".join(choices)}.',
            [slot],
        )
    return text


def name_kind(intent: Intent, slot: str) -> NameKind | None:
    """Return the kind of names that a slot takes; None where it takes others."""
    slot = "charge_category" if slot == "exclude" else slot.removeprefix("exclude_")
    return next((kind for kind, own in intent.names.items() if own == slot), None)


def _names(
    kind: NameKind, value: Any, vocabulary: Vocabulary
) -> list[str] | Unanswered:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        return Unanswered(f"Give {kind} as a text or a list of texts.", [kind])
    found: list[str] = []
    for text in texts:
        names = vocabulary.find(kind, text) if isinstance(text, str) else ()
        if not names:
            near = vocabulary.nearest(str(text).lower(), [kind])
            reason = f'"{text}" is not known here.'
            return Unanswered(reason, [str(text)], {str(text): near} if near else {})
        found += [one.value for one in names]
    return list(dict.fromkeys(found))


def _choices(intent: Intent, slot: str, vocabulary: Vocabulary) -> Sequence[str]:
    if slot == "period":
        return list(PERIODS)
    if slot in intent.choices:
        return intent.choices[slot]
    if slot == "group_by":
        tags = [f"tag:{key}" for key in vocabulary.tag_keys]
        return ["none", *dict.fromkeys(GROUP_NOUNS.values()), *tags]
    return ()


def schema_of(intent: Intent, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the JSON Schema of an intent's slots."""
    return {
        "type": "object",
        "properties": {
            slot: _schema_of_slot(intent, slot, vocabulary) for slot in intent.slots
        },
        "additionalProperties": False,
    }


def _schema_of_slot(
    intent: Intent, slot: str, vocabulary: Vocabulary
) -> dict[str, Any]:
    if kind := name_kind(intent, slot):
        left_out = " to leave out" if slot.startswith("exclude") else ""
        return {
            "type": "array",
            "items": {"type": "string"},
            "description": f"Names of a {kind.replace('_', ' ')}{left_out}.",
        }
    if slot == "limit":
        return {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT}
    if slot in DAYS:
        is_end = slot.endswith("end")
        note = "Exclusive." if is_end else "Inclusive."
        return {**SCHEMA_OF_DAY, "description": note}
    if slot == "group_by":
        choices = ", ".join(_choices(intent, slot, vocabulary))
        return {"type": "string", "description": f"One, or two with a comma: {choices}"}
    return {"type": "string", "enum": list(_choices(intent, slot, vocabulary))}
