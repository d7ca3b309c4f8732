"""Reads a question: an intent with its slots, or why it is refused.

Every word must be understood. One that is not would change the answer without a word,
so it refuses the question, with the nearest names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.engine.intent import EXCLUDABLE, LARGEST_LIMIT, Intent
from assistant.engine.intents import INTENTS
from assistant.engine.lexicon import ACTIONS, FILLERS, GROUP_NOUNS
from assistant.engine.names import Match, NameKind, Vocabulary
from assistant.engine.periods import Days, period_at
from assistant.engine.words import phrases_at, words_of

LONGEST_QUESTION = 500
LONGEST_PHRASE = 6
# To compare a word with every name takes a while; who reads more than these?
MOST_NEAREST = 3
GROUPING = ("by", "per", "each", "every", "which", "what")
WITHOUT = ("without", "excluding", "except")
COUNTED_AFTER = ("top", "largest", "biggest", "highest", "the", "our", "which", "me")
READ_ONLY = (
    "The assistant only answers questions: it changes nothing, and nothing was done."
)
Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question as it was understood; `slots` are parameters of its answer."""

    intent: str
    slots: Values


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why a question is not answered; `nearest` are names for words unknown."""

    reason: str
    unknown: Sequence[str] = ()
    nearest: Mapping[str, Sequence[str]] = field(default_factory=dict)
    understood_share: float = 0.0
    """Of its words, those that the nearest intent understood."""


def parse(
    text: str, vocabulary: Vocabulary, today: date
) -> ParsedQuestion | Unanswered:
    """Return what is asked for; the first intent that understands every word."""
    words = words_of(text)
    if not words:
        return Unanswered("Ask a question in words.")
    if len(text) > LONGEST_QUESTION:
        return Unanswered(f"Ask in at most {LONGEST_QUESTION} characters.")
    if _acts(words):
        return Unanswered(READ_ONLY, [word for word in words if word in ACTIONS])
    readings = [_IntentReading(one, words, vocabulary, today) for one in INTENTS]
    triggered = [one.read() for one in readings if one.is_triggered()]
    if not triggered:
        return _refused_all(words, vocabulary)
    understood = [one for one in triggered if not one.problems and not one.unknown]
    if understood:
        return understood[0].asked()
    return _refused(min(triggered, key=lambda one: len(one.unknown)), vocabulary)


def with_defaults(intent: Intent, slots: Values) -> Values:
    """Return the slots with those that are left out, so that each answer names them."""
    found = {**intent.defaults, **slots}
    if intent.default_period and not found.keys() & {"period", "start", "end"}:
        is_monthly = found.get("granularity") == "monthly"
        found["period"] = "12_months" if is_monthly else intent.default_period
    return found


def too_many(intent: Intent, slots: Values) -> str:
    """Return why one answer cannot be of all these names; "" where it can."""
    if not intent.one_of_each:
        return ""
    for slot, values in slots.items():
        if not isinstance(values, str) and len(values) > 1:
            return f"Ask for one {slot} at a time: {' or '.join(values)}."
    if {"service", "account"} <= slots.keys():
        return "A forecast is of one service or one account."
    return ""


def _acts(words: Sequence[str]) -> bool:
    """Return whether something is to be done, rather than told."""
    first = next((word for word in words if word not in FILLERS), "")
    return first in ACTIONS


def _refused_all(words: Sequence[str], vocabulary: Vocabulary) -> Unanswered:
    unknown = [word for word in words if word not in FILLERS]
    if set(unknown) & ACTIONS:
        return Unanswered(READ_ONLY, unknown)
    topics = ", ".join(one.name for one in INTENTS)
    return Unanswered(
        f"This is not a question that can be answered. Ask about: {topics}.",
        unknown,
        _nearest(unknown, vocabulary, NameKind),
        1 - len(unknown) / len(words),
    )


def _refused(best: "_IntentReading", vocabulary: Vocabulary) -> Unanswered:
    share = 1 - len(best.unknown) / len(best.words)
    if not best.unknown:
        return Unanswered(best.problems[0], understood_share=share)
    if set(best.unknown) & ACTIONS:
        return Unanswered(READ_ONLY, best.unknown, understood_share=share)
    several = " and ".join(f'"{word}"' for word in best.unknown)
    reason = f"{several} {'is' if len(best.unknown) == 1 else 'are'} not known here."
    nearest = _nearest(best.unknown, vocabulary, best.intent.names)
    return Unanswered(reason, best.unknown, nearest, share)


def _nearest(
    words: Sequence[str], vocabulary: Vocabulary, kinds: Iterable[NameKind]
) -> Mapping[str, Sequence[str]]:
    found = {word: vocabulary.nearest(word, kinds) for word in words[:MOST_NEAREST]}
    return {word: names for word, names in found.items() if names}


class _IntentReading:
    """One intent's reading of the words."""

    def __init__(
        self, intent: Intent, words: Sequence[str], vocabulary: Vocabulary, today: date
    ) -> None:
        self.intent, self.words = intent, words
        self.vocabulary, self.today = vocabulary, today
        self.phrases = {tuple(k.split()): v for k, v in intent.phrases().items()}
        self.groups_of = _group_phrases(intent, vocabulary)
        self.slots: dict[str, str] = {}
        self.names: dict[str, list[str]] = {}
        self.groups: list[str] = []
        self.periods: list[Days] = []
        self.unknown: list[str] = []
        self.problems: list[str] = []
        self.is_excluding = False

    def is_triggered(self) -> bool:
        text = f" {' '.join(self.words)} "
        return any(f" {phrase} " in text for phrase in self.intent.triggers)

    def read(self) -> "_IntentReading":
        at = 0
        while at < len(self.words):
            at += (
                self._period(at)
                or self._name(at)
                or self._group(at)
                or self._phrase(at)
                or self._other(at)
            )
        self._check()
        return self

    def _period(self, at: int) -> int:
        if not self.intent.days:
            return 0
        is_ahead = self.intent.days == "ahead"
        found = period_at(self.words, at, self.today, ahead=is_ahead)
        if self.intent.name == "why" and self.words[at] in ("from", "between"):
            return 0  # what is named after it is compared
        if found is None or (is_ahead and found.days.window.end <= self.today):
            return 0
        self.periods.append(found.days)
        return found.length

    def _name(self, at: int) -> int:
        found = self.vocabulary.match(self.words, at, self.intent.names)
        own = self._longest(self.phrases, at)
        if found is None or (own is not None and len(own) >= found.length):
            return 0
        self._take(found)
        following = self.words[at + found.length : at + found.length + 1]
        self.is_excluding = self.is_excluding and following[:1] in (["and"], ["or"])
        return found.length

    def _take(self, found: Match) -> None:
        kind = found.names[0].kind
        slot = self.intent.names[kind]
        if self.is_excluding and slot not in EXCLUDABLE:
            if kind != NameKind.CATEGORY:
                self.problems.append(f"{found.names[0].shown} cannot be left out.")
            slot = "exclude"
        elif self.is_excluding:
            slot = f"exclude_{slot}"
        values = [one.value for one in found.names]
        self.names[slot] = [*self.names.get(slot, []), *values]

    def _group(self, at: int) -> int:
        phrase = self._longest(self.groups_of, at)
        if phrase is None:
            return 0
        group = self.groups_of[phrase]
        is_second = phrase[0] == "and"
        if is_second and not self.groups:
            return 0
        if group not in self.groups:
            self.groups.append(group)
        return len(phrase)

    def _phrase(self, at: int) -> int:
        phrase = self._longest(self.phrases, at)
        if phrase is None:
            return 0
        for slot, value in self.phrases[phrase].items():
            if self.slots.setdefault(slot, value) != value:
                self.problems.append(f"Ask for one {slot} at a time.")
        return len(phrase)

    def _other(self, at: int) -> int:
        word = self.words[at]
        if word in WITHOUT and any(self.intent.excludes(one) for one in EXCLUDABLE):
            self.is_excluding = True
        elif word.isdecimal() and self._is_limit(at):
            self.slots["limit"] = word
        elif word not in FILLERS:
            self.unknown.append(word)
        return 1

    def _is_limit(self, at: int) -> bool:
        """Whether a number says how many: `top 5`, and not `in 5 regions`."""
        before = self.words[at - 1] if at else "top"
        is_first = self.intent.has_limit and "limit" not in self.slots
        return is_first and before in COUNTED_AFTER

    def _longest(
        self, phrases: Mapping[tuple[str, ...], object], at: int
    ) -> tuple[str, ...] | None:
        found = phrases_at(self.words, at, LONGEST_PHRASE)
        return next((one for one in found if one in phrases), None)

    def _check(self) -> None:
        most = 2 if self.intent.compares else 1
        if len(self.periods) > most:
            self.problems.append(f"Name at most {most} period at once.")
        if len(self.groups) > 2:
            self.problems.append("Choose two groupings at most.")
        if not 1 <= int(self.slots.get("limit", 1)) <= LARGEST_LIMIT:
            self.problems.append(f"Ask for 1 to {LARGEST_LIMIT} at a time.")
        if reason := too_many(self.intent, self.names):
            self.problems.append(reason)
        if self.is_excluding:
            self.problems.append("Name what to leave out.")
        if "period" in self.slots and any(
            one.name != self.slots["period"] for one in self.periods
        ):
            self.problems.append("Compare with one period at a time.")
        if "compare" in self.slots and len(self.periods) > 1:
            self.problems.append("Compare with one period at a time.")

    def asked(self) -> ParsedQuestion:
        names = {
            slot: list(dict.fromkeys(values)) for slot, values in self.names.items()
        }
        slots: dict[str, str | Sequence[str]] = {**names, **self.slots}
        if self.groups:
            slots["group_by"] = ",".join(self.groups)
        slots |= self._days()
        return ParsedQuestion(self.intent.name, with_defaults(self.intent, slots))

    def _days(self) -> dict[str, str]:
        """The newer period; an older one is what it is compared with."""
        if not self.periods:
            return {}
        *older, newer = sorted(self.periods, key=lambda one: one.window.start)
        if not older:
            return newer.slots
        window = older[0].window
        return {
            **newer.slots,
            "previous_start": window.start.isoformat(),
            "previous_end": window.end.isoformat(),
        }


def _group_phrases(
    intent: Intent, vocabulary: Vocabulary
) -> dict[tuple[str, ...], str]:
    """Return the phrases that cut by something: `by team`, and `services` of a top."""
    if not intent.groups:
        return {}
    nouns = {**GROUP_NOUNS, **{key: f"tag:{key}" for key in vocabulary.tag_keys}}
    found: dict[tuple[str, ...], str] = {}
    for noun, group in nouns.items():
        words = words_of(noun)
        plural = [*words[:-1], _plural(words[-1])]
        for one in (words, plural):
            for before in (*GROUPING, "and"):
                found[before, *one] = group
        if intent.has_limit:
            found[tuple(plural)] = group
    return found


def _plural(word: str) -> str:
    return word[:-1] + "ies" if word.endswith("y") else word + "s"
