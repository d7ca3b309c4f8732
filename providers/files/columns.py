"""Columns of any file as SQL that reads them in our types, whatever theirs are."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from providers.files.line_items import AMOUNT, TAGS

NO_TAGS = f"MAP {{}}::{TAGS}"
# The key of tags that are no JSON, or have a key twice.
UNREADABLE = "(unreadable)"
# As Azure's exports write days, beside ISO 8601.
DAY_FORMATS = "['%m/%d/%Y', '%m/%d/%Y %H:%M:%S', '%d.%m.%Y']"


class Columns:
    """`types` are the file's columns with DuckDB's types, `spelled` their one spelling.

    Each method returns SQL. Of several names the first that has a value counts; what no
    column is named is an empty text, or NULL.
    """

    def __init__(
        self, types: Mapping[str, str], spelled: Callable[[str], str] = str.lower
    ) -> None:
        self._types = types
        self._names = {spelled(name): name for name in types}
        self.used: set[str] = set()
        self.decimal_comma: bool | None = None
        """Whether that is what a comma is in amounts, or a mark of thousands."""

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def type_of(self, name: str) -> str:
        return self._types[self._names[name]]

    def in_file(self, name: str) -> str:
        return self._names[name]

    def raw(self, name: str) -> str:
        self.used.add(self._names[name])
        return quoted(self._names[name])

    def text(self, *names: str) -> str:
        found = [f"nullif(trim({self.raw(n)}::VARCHAR), '')" for n in self._of(names)]
        return f"coalesce({', '.join([*found, quoted_text('')])})"

    def amount(self, *names: str) -> str:
        """Return it exactly; a double as it is written, without its binary rest."""
        found = [self._amount(name) for name in self._of(names)]
        return f"coalesce({', '.join(found)})" if found else f"NULL::{AMOUNT}"

    def instant(self, *names: str) -> str:
        """Return it in UTC, without a zone."""
        found = [self._instant(name) for name in self._of(names)]
        return f"coalesce({', '.join(found)})" if found else "NULL::TIMESTAMP"

    def tags(self, *names: str) -> str:
        """Return a map of texts; Azure's are JSON without its braces."""
        found = [self._tags(name) for name in self._of(names)]
        return f"coalesce({', '.join([*found, NO_TAGS])})"

    def keyed(self, column: str, *keys: str) -> str:
        """Return what a column of keys and values has; or else one of its own has."""
        texts = [f"{column}_{key}" for key in keys if f"{column}_{key}" in self]
        if column in self:
            entries = self._tags(column)
            found = [f"nullif({entries}[{quoted_text(key)}], '')" for key in keys]
            return f"coalesce({', '.join([*found, self.text(*texts)])})"
        return self.text(*texts)

    def _of(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self]

    def _amount(self, name: str) -> str:
        kind, column = self.type_of(name), self.raw(name)
        if kind == "VARCHAR":
            text = f"nullif(trim({column}), '')"
            if self.decimal_comma:
                text = f"replace(replace({text}, '.', ''), ',', '.')"
            elif self.decimal_comma is False:
                text = f"replace({text}, ',', '')"
            return f"CAST({text} AS {AMOUNT})"
        if kind in ("DOUBLE", "FLOAT"):
            return f"CAST({column}::VARCHAR AS {AMOUNT})"
        return f"CAST({column} AS {AMOUNT})"

    def _instant(self, name: str) -> str:
        kind, column = self.type_of(name), self.raw(name)
        if kind == "VARCHAR":
            text = f"nullif(trim({column}), '')"
            return (
                f"coalesce(timezone('UTC', try_cast({text} AS TIMESTAMPTZ)), "
                f"try_strptime({text}, {DAY_FORMATS}))"
            )
        if kind.startswith("TIMESTAMP WITH"):
            return f"timezone('UTC', {column})"
        return f"CAST({column} AS TIMESTAMP)"

    def _tags(self, name: str) -> str:
        kind, column = self.type_of(name), self.raw(name)
        if kind.startswith("MAP"):
            return f"CAST({column} AS {TAGS})"
        if kind.startswith("STRUCT"):
            column = f"to_json({column})::VARCHAR"
        text = f"trim({column}::VARCHAR)"
        json = (
            f"CASE WHEN {text} LIKE '{{%' THEN {text} ELSE '{{' || {text} || '}}' END"
        )
        return (
            f"CASE WHEN {column} IS NULL OR {text} = '' THEN NULL "
            f"ELSE coalesce(TRY_CAST(TRY_CAST({json} AS JSON) AS {TAGS}), "
            f"MAP {{{quoted_text(UNREADABLE)}: {text}}}) END"
        )


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted_path(path: Path) -> str:
    """Return the path of one file; as it is, DuckDB would read * ? [ as a pattern."""
    return quoted_text(re.sub(r"([*?[])", r"[\1]", str(path)))


def snake(name: str) -> str:
    """Return lineItem/UsageStartDate as Athena has it: line_item_usage_start_date."""
    return (
        re.sub(r"(?<![/_:])([A-Z])", r"_\1", name).replace("/", "_").lower().strip("_")
    )


def letters(name: str) -> str:
    """Return it without case, spaces and marks, which Azure's exports vary."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
