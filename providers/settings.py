"""What an account is read with: typed and checked by its own cloud's code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self


class InvalidSetting(ValueError):
    """A value that this cloud does not take; the message is for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The settings of a cloud that has none; others add theirs, as JSON values."""

    SECRETS: ClassVar[frozenset[str]] = frozenset()
    """The fields that are never shown."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the settings that were stored, or given. Raise InvalidSetting."""
        if unknown := set(values) - cls.names():
            raise InvalidSetting("settings", f"Unknown: {', '.join(sorted(unknown))}.")
        made = cls(**values)
        made.check()
        return made

    @classmethod
    def names(cls) -> set[str]:
        return {field.name for field in fields(cls)}

    def check(self) -> None:
        """Raise InvalidSetting."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored: what is set."""
        return {name: value for name, value in asdict(self).items() if value}
