"""What a list of resources offers to choose from by tag: keys, then values, counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from clouds.labels import tag_keys_of
from clouds.models import CloudAccount
from core.api.suggestions import nearest
from inventory.list_options import ListOptions
from inventory.tags import count_keys


@dataclass(frozen=True, slots=True)
class TagKey:
    """One key: how many resources have it, and how many lack it."""

    key: str
    count: int
    lacking: int
    is_lacked: bool


@dataclass(frozen=True, slots=True)
class TagValue:
    """A choice of the filter: any value of a key, or one value of it."""

    tag: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class TagPicker:
    """The keys that present resources have, and the values of the chosen one.

    `column` is the key that the list shows the values of; "" where there is none.
    """

    keys: list[TagKey]
    untagged: int
    chosen: str
    key: str
    values: list[TagValue] = field(default_factory=list)
    column: str = ""
    is_untagged: bool = False

    @property
    def selected(self) -> int:
        """How many filters by tag are in use."""
        lacked = sum(one.is_lacked for one in self.keys)
        return lacked + self.is_untagged + bool(self.chosen)

    @property
    def is_known(self) -> bool:
        """Whether the chosen tag is one of those that are offered."""
        offered = {*(one.tag for one in self.values), self.key}
        return self.chosen in offered

    @property
    def near(self) -> list[str]:
        """The tags most like the chosen one."""
        known = [one.tag for one in self.values] or [one.key for one in self.keys]
        return nearest(self.chosen, known)


def tag_picker(
    options: ListOptions, asked: QueryDict, accounts: Iterable[CloudAccount]
) -> TagPicker:
    """Return the picker of a list's present resources.

    One query of a key that is chosen and not cached, one of lacked ones that are rare.
    """
    counts, total = dict(options.tag_keys), sum(options.states.values())
    untagged = counts.pop(None, 0)
    # PostgreSQL knows no NUL.
    lacked = [key for key in asked.getlist("lacks_tag") if key and "\0" not in key]
    # Those that are not offered yet, or the form would lose them.
    rare = [key for key in lacked if key not in counts]
    counts.update(count_keys(options.resources.present(), rare))
    keys = [
        TagKey(key, count, total - count, key in lacked)
        for key, count in counts.items()
        if key is not None
    ]
    chosen = asked.get("tag", "")
    key = _key_of(chosen, [one.key for one in keys])
    values = [
        TagValue(f"{key}={value}", value or "(empty)", count)
        for value, count in (options.tag_values(key) if key else {}).items()
        if value is not None
    ]
    shown = [key, *lacked, *tag_keys_of(accounts)]
    return TagPicker(
        sorted(keys, key=lambda one: one.key != key),  # the chosen one first
        untagged,
        _written(chosen, key),
        key,
        values,
        next((one for one in shown if one in counts), ""),
        asked.get("untagged") == "true",
    )


def _key_of(tag: str, keys: list[str]) -> str:
    """Return the key of a tag, which may hold the separators too."""
    found = [
        key for key in keys if tag == key or tag.startswith((f"{key}=", f"{key}:"))
    ]
    return max(found, key=len, default="")


def _written(tag: str, key: str) -> str:
    """Return key:value as key=value, as the picker writes it."""
    return f"{key}={tag[len(key) + 1 :]}" if key and tag != key else tag


def show_tags(resources: Iterable[Any], key: str) -> None:
    """Give each the value of its tag of this key; None: it has none."""
    for one in resources:
        one.tag_value = one.tags.get(key)
