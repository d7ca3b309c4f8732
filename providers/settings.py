"""What an account is read with: typed and checked by its own cloud's code."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

# AWS takes no longer one, and hardly anybody has one in Azure.
TAG_KEY_LENGTH = 128
TAG_VALUE_LENGTH = 256


class InvalidSetting(ValueError):
    """A value that this cloud does not take; the message is for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The settings that every cloud has; others add theirs, as JSON values."""

    SECRETS: ClassVar[frozenset[str]] = frozenset()
    """The fields that are never shown."""

    tag_keys: Sequence[str] = field(default_factory=list, kw_only=True)
    """The tag keys by which costs are read."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the settings that were stored, or given. Raise InvalidSetting."""
        if unknown := set(values) - cls.names():
            raise InvalidSetting("settings", f"Unknown: {', '.join(sorted(unknown))}.")
        made = cls(**values)
        check_tag_keys(made.tag_keys)
        made.check()
        return made

    @classmethod
    def names(cls) -> set[str]:
        return {field.name for field in fields(cls)}

    @property
    def acts(self) -> bool:
        """Return whether resources may be changed, by rights of its own."""
        return False

    def check(self) -> None:
        """Raise InvalidSetting."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored: what is set."""
        return {name: value for name, value in asdict(self).items() if value}


def priced_tags(keys: Sequence[str], price: str) -> str:
    """Return what the tag keys add to a read of costs; empty without any."""
    if not keys:
        return ""
    return f", also by {'each of the tags' if keys[1:] else 'the tag'} " + (
        f"{', '.join(keys)}: {price}"
    )


def check_tag_keys(keys: object) -> None:
    """Raise InvalidSetting."""
    if not isinstance(keys, list | tuple) or not all(
        isinstance(key, str) and key.strip() == key != "" for key in keys
    ):
        raise InvalidSetting("tag_keys", 'Give a list such as ["team", "env"].')
    for key in keys:
        if "=" in key or not key.isprintable() or len(key) > TAG_KEY_LENGTH:
            raise InvalidSetting(
                "tag_keys",
                f"The tag key {key[:40]!r} can't be read: a key has at most "
                f'{TAG_KEY_LENGTH} characters, without "=" and control characters.',
            )
    if len({key.lower() for key in keys}) < len(keys):
        raise InvalidSetting("tag_keys", "Name each tag key once, in one case.")
