"""Names that questions may hold: of services, accounts, regions, tags and budgets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from assistant.engine.words import phrases_at, words_of

VENDORS = {"amazon", "aws", "azure", "microsoft"}
# Where the first letters do not spell it.
SHORT = {
    "ec2": ("elastic compute cloud", "ec2 other"),
    "s3": ("simple storage service",),
    "eks": ("elastic kubernetes service", "elastic container service for kubernetes"),
    "cloudwatch": ("amazoncloudwatch",),
    "vms": ("virtual machines",),
}
# Below this similarity, two words only share letters by chance.
ALIKE = 0.78
SUGGESTED = 3
# Of longer words the comparison takes minutes.
SHORTEST, LONGEST = 3, 60


class NameKind(StrEnum):
    """What a name is of; where one phrase names several, the first wins."""

    ACCOUNT = "account"
    PROVIDER = "provider"
    CATEGORY = "charge_category"
    SERVICE = "service"
    REGION = "region"
    BUDGET = "budget"
    RESOURCE_GROUP = "resource_group"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the bill or the inventory has it; `value` is what filters take."""

    kind: NameKind
    value: str
    label: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.label or self.value

    def phrases(self) -> set[tuple[str, ...]]:
        """Every way in which a question may write it, as words."""
        texts = {self.value, self.label, *self.aliases} - {""}
        texts |= {text.replace("-", " ").replace("_", " ") for text in texts}
        found = {tuple(words_of(text)) for text in texts}
        if self.kind == NameKind.SERVICE:
            found |= service_phrases(tuple(words_of(self.value)))
        if self.kind == NameKind.TAG:
            key, _, value = self.value.partition("=")
            parts = (words_of(key), words_of(value))
            found |= {(*parts[0], *parts[1]), (*parts[1], *parts[0])}
            found |= {tuple(parts[1])}
        return found - {()}


class Match(NamedTuple):
    """Names of one kind that so many words mean."""

    length: int
    names: tuple[Name, ...]


class Vocabulary:
    """The names that one user may see, and the tag keys by which costs are read."""

    def __init__(self, names: Iterable[Name], tag_keys: Iterable[str] = ()) -> None:
        self.names = list(names)
        self.tag_keys = list(tag_keys)
        self._index: dict[tuple[str, ...], list[Name]] = defaultdict(list)
        for name in self.names:
            for phrase in name.phrases():
                self._index[phrase].append(name)
        self._longest = max(map(len, self._index), default=0)

    def match(
        self, words: Sequence[str], at: int, kinds: Iterable[NameKind]
    ) -> Match | None:
        """Return the longest name that begins at this word, of one of these kinds."""
        wanted = set(kinds)
        for phrase in phrases_at(words, at, self._longest):
            found = [one for one in self._index.get(phrase, ()) if one.kind in wanted]
            if found:
                first = min(found, key=lambda one: list(NameKind).index(one.kind))
                same = tuple(one for one in found if one.kind == first.kind)
                return Match(len(phrase), same)
        return None

    def find(self, kind: NameKind, text: str) -> tuple[Name, ...]:
        """Return the names of this kind that the whole text means."""
        words = words_of(text)
        found = self.match(words, 0, [kind])
        exact = tuple(o for o in self.names if o.kind == kind and o.value == text)
        return exact or (found.names if found and found.length == len(words) else ())

    def nearest(self, word: str, kinds: Iterable[NameKind]) -> list[str]:
        """Return the most similar names, those that hold the word first."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        wanted = set(kinds)
        scores: dict[str, float] = {}
        for phrase, names in self._index.items():
            score = _likeness(word, phrase)
            for name in names if score >= ALIKE else ():
                if name.kind in wanted:
                    scores[name.shown] = max(score, scores.get(name.shown, 0))
        return sorted(scores, key=lambda one: (-scores[one], one))[:SUGGESTED]


def _likeness(word: str, phrase: Sequence[str]) -> float:
    if word in phrase:
        return 1.0
    whole = SequenceMatcher(None, word, " ".join(phrase))
    parts = [SequenceMatcher(None, word, part) for part in phrase]
    return max(
        one.ratio() if one.quick_ratio() >= ALIKE else 0.0 for one in (whole, *parts)
    )


def service_phrases(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The name of a service without its vendor, and its usual abbreviations."""
    bare = words[1:] if words[0] in VENDORS and len(words) > 1 else words
    found = {bare}
    if bare[0].startswith("amazon") and len(bare[0]) > len("amazon"):
        found.add((bare[0].removeprefix("amazon"), *bare[1:]))
    if len(bare) > 2 and all(word.isalpha() for word in bare):
        found.add(("".join(word[0] for word in bare),))
    text = " ".join(bare)
    for short, beginnings in SHORT.items():
        if any(text == one or text.startswith(f"{one} ") for one in beginnings):
            found.add((short,))
    return found
