"""Texts of a cloud as every database can keep them.

PostgreSQL keeps no NUL and nothing longer than its column, which SQLite would; half of
a character is kept by neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import CharField, JSONField, Model

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")
DIGITS = 8
# So many changed texts are named, and so much of each.
NAMED, SHOWN = 3, 60


@lru_cache(maxsize=10_000)
def storable(text: str, longest: int | None = None) -> str:
    """Return the text, at most so long; one that is changed ends with its digest.

    So that two texts stay two, and one stays the same each time.
    """
    whole = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    whole = whole.encode(errors="replace").decode()
    if whole == text and (longest is None or len(text) <= longest):
        return text
    digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
    room = len(whole) if longest is None else max(0, longest - DIGITS - 1)
    return f"{whole[:room]}~{digest}"[:longest]


def storable_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        storable(key): storable(value) if isinstance(value, str) else value
        for key, value in values.items()
    }


class Fitter(Generic[R]):
    """Makes records fit a model, and remembers which of their texts it changed."""

    def __init__(self, record: type[R], model: type[Model]) -> None:
        of_model = {field.name: field for field in model._meta.concrete_fields}
        names = [one.name for one in fields(record)]
        found = {name: of_model.get(name) for name in names}
        self._longest = {
            name: field.max_length
            for name, field in found.items()
            if isinstance(field, CharField)
        }
        self._texts = attrgetter(*self._longest)
        self._mappings = [
            name for name, field in found.items() if isinstance(field, JSONField)
        ]
        self._fitting: set[tuple[str, ...]] = set()
        self._changed: dict[str, None] = {}

    def fit(self, record: R, where: object) -> R:
        """Return the record as it can be stored; `where` says which one it is."""
        texts = self._texts(record)
        if texts in self._fitting:
            return record
        changes = {name: new for name, old, new in self._compared(record) if new != old}
        for name in changes:
            shown = storable(repr(getattr(record, name)), SHOWN)
            self._changed[f"{name} of {where}, {shown}"] = None
        if not changes and not self._mappings:
            self._fitting.add(texts)
        return replace(record, **changes) if changes else record

    def _compared(self, record: R) -> Iterator[tuple[str, Any, Any]]:
        """Yield each column as it was answered, and as it can be stored."""
        for name, longest in self._longest.items():
            text = getattr(record, name)
            yield name, text, storable(text, longest)
        for name in self._mappings:
            values = getattr(record, name)
            if values is not None:
                yield name, values, storable_mapping(values)

    @property
    def remark(self) -> str:
        """A sentence that names what was changed; empty where nothing was."""
        if not self._changed:
            return ""
        named, more = list(self._changed)[:NAMED], len(self._changed) - NAMED
        return (
            "Too long, or with characters that can't be stored, so shortened, with a "
            f"digest at the end: {'; '.join(named)}"
            + (f"; and {more} more." if more > 0 else ".")
        )
