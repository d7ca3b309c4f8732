"""Which format a file's columns are of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.errors import ErrorKind, ProviderError
from providers.files import azure_exports, cur, focus
from providers.files.columns import Columns, letters, snake

Expressions = Callable[[Columns], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Format:
    """One that was recognized, with its columns."""

    name: str
    columns: Columns
    expressions: Expressions


def recognized(types: Mapping[str, str], reading: str) -> Format:
    """Return the format of a file with these columns. Raise ProviderError.

    It names what the nearest format lacks.
    """
    as_focus = Columns(types)
    as_cur = Columns(types, snake)
    as_azure = Columns(types, letters)
    lacking = {
        "FOCUS": [one for one in focus.REQUIRED if one not in as_focus],
        "a Cost and Usage Report": [one for one in cur.REQUIRED if one not in as_cur],
        "an Azure export": [
            " or ".join(names)
            for names in azure_exports.REQUIRED_ANY
            if not any(name in as_azure for name in names)
        ],
    }
    if not lacking["FOCUS"]:
        return Format(focus.version(as_focus), as_focus, focus.expressions)
    if not lacking["a Cost and Usage Report"]:
        return Format(cur.version(as_cur), as_cur, cur.expressions)
    if not lacking["an Azure export"]:
        name = azure_exports.version(as_azure)
        return Format(name, as_azure, azure_exports.expressions)
    nearest = min(lacking, key=lambda name: len(lacking[name]))
    raise ProviderError(
        ErrorKind.INVALID,
        reading,
        f"its columns are of no bill that can be read: for {nearest} it lacks "
        f"{', '.join(lacking[nearest])}",
        "Export FOCUS, CUR or Azure's cost details, with these columns.",
    )
