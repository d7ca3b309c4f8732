"""Answers as plain lines that a reviewer reads, and in which a difference is seen."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import islice
from textwrap import wrap
from typing import Any

WIDTH = 100
ROWS, LINES = 4, 40
# Tokens, signatures, keys of runs and of roles, digests of all that was computed
# from, processes.
RANDOM = [
    re.compile(r"(?<=cursor=)[\w%.-]+"),
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    re.compile(r"\b(?=\d*[a-f])[0-9a-f]{16}(?:[0-9a-f]{16}|[0-9a-f]{48})?\b"),
    re.compile(r"(?<=_selected_action=)\d+|(?<=/auth/group/)\d+"),
    re.compile(r"(?<=/alerts/act/)[\w:-]+"),
    re.compile(r"\S+@\d+:\d+"),
    re.compile(r"(?<=:\d\d)\.\d+(?=\+00:00)"),
    re.compile(r"\S*/cloudintel-test-\w+"),
]
# Another processor may compute other last digits; seconds have none.
LONG_NUMBER = re.compile(r"(?<![:\d])-?\d+(?:,\d{3})*\.\d{5,}(?:e[+-]\d+)?")
# Those that begin another line.
BREAKING = {
    *("address", "article", "aside", "caption", "dd", "details", "dialog", "div"),
    *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2"),
    *("h3", "h4", "header", "hr", "legend", "li", "main", "nav", "ol", "p"),
    *("section", "select", "summary", "table", "tbody", "textarea", "thead", "tr"),
    "ul",
}
CELLS = {"td", "th"}
LEFT_OUT = {"script", "style", "svg", "template"}
COUNTED = re.compile("aria-|data-|(?:for|hidden|method|role|scope|title)$")
# Another one at each request.
NOT_REPEATED = {"csrfmiddlewaretoken"}


def approvable(lines: Iterable[str], limit: int = LINES) -> list[str]:
    """Return so many lines of at most WIDTH characters, without what changes by
    itself, and how many more there are."""
    folded = [
        part
        for line in lines
        for part in wrap(_repeatable(line), WIDTH, subsequent_indent="    ")
    ]
    more = len(folded) - limit
    return folded[:limit] + ([f"... {more} more lines"] if more > 0 else [])


def _repeatable(line: str) -> str:
    line = LONG_NUMBER.sub(_rounded, line)
    for pattern in RANDOM:
        line = pattern.sub("*", line)
    return line


def _rounded(found: re.Match[str]) -> str:
    digits = found[0].replace(",", "")
    return f"{float(digits):{',' if digits != found[0] else ''}.6g}"


def of_json(value: Any, indent: str = "") -> Iterator[str]:
    """Yield what is plain on one line, and then each list of objects."""
    if not isinstance(value, dict):
        yield from _of_list("", value if isinstance(value, list) else [value], indent)
        return
    flat = dict(_flattened(value))
    plain = {name: one for name, one in flat.items() if not _is_of_objects(one)}
    if plain:
        yield indent + ", ".join(
            f"{name}: {_plain(one)}" for name, one in plain.items()
        )
    for name, one in flat.items():
        if _is_of_objects(one):
            yield from _of_list(name, one, indent)


def _of_list(name: str, rows: list[Any], indent: str) -> Iterator[str]:
    if not _is_of_objects(rows):
        yield f"{indent}{name} {_plain(rows)}".lstrip()
        return
    yield f"{indent}{name}: {len(rows)}"
    for row in rows[:ROWS]:
        first, *others = of_json(row, indent + "  ")
        yield f"{indent}- {first.strip()}"
        yield from others


def _flattened(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if isinstance(one, dict) and one:
            yield from _flattened(one, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", one


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _plain(value: Any) -> str:
    if isinstance(value, list) and len(value) > 3 * ROWS:
        return f"{_plain(value[: 3 * ROWS])} of {len(value)}"
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
    )


class PageText(HTMLParser):
    """The text of a page's main part: links with where they lead, fields with what is
    in them, rows of tables on a line each, the first of them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.rows: list[str] = []
        self.data: list[str] = []
        self.attributes: Counter[str] = Counter()
        self._line = ""
        self._left_out: list[str] = []
        self._rows: list[int] = []
        self._link = ""
        self._is_data = False
        self._is_main = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Any]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self._is_main |= tag == "main" or values.get("id") == "main"
        if tag in LEFT_OUT:
            self._left_out.append(tag)
            self._is_data = values.get("type") == "application/json"
        if self._left_out or not self._is_main:
            return
        self.attributes.update(f for f in values if COUNTED.match(f))
        if tag == "tr" and self._rows:
            self._rows[-1] += 1
        if tag == "table":
            self._rows.append(0)
        if tag in CELLS and self._line:
            self._line += " |"
        elif self._breaks(tag):
            self._end_line()
        if tag == "a":
            self._link = values.get("href", "")
            self._line += " ["
        self._field(tag, values)

    def _field(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag in {"input", "select", "textarea", "button"} - NOT_REPEATED:
            if name not in NOT_REPEATED:
                checked = " checked" if "checked" in values else ""
                value = values.get("value", "")
                self._line += f" {{{name or tag}={value}{checked}}}"
        elif tag == "option":
            self._line += " (selected)" if "selected" in values else " /"
        elif tag == "form":
            self._line += f" {{form {values.get('action', '')}}}"

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and tag == self._left_out[-1]:
            self._left_out.pop()
            self._is_data = False
        if self._left_out or not self._is_main:
            return
        if tag == "a":
            self._line += f"]({self._link})"
        if tag == "main":
            self._end_line()
            self._is_main = False
        if tag == "table" and self._rows:
            self._end_line()
            if (count := self._rows.pop()) > 2 * ROWS:
                self.lines.append(f"... {count} rows")
        elif self._breaks(tag):
            self._end_line()

    def _breaks(self, tag: str) -> bool:
        """A row of a table is one line, whatever is in its cells."""
        return tag in BREAKING and (tag == "tr" or not self._rows)

    def handle_data(self, data: str) -> None:
        if self._is_data and data.strip():
            self.data += islice(of_json(json.loads(data)), 6)
        if self._is_main and not self._left_out:
            self._line += f" {data}"

    def _end_line(self) -> None:
        line = " ".join(self._line.split()).replace("[ ", "[").replace(" ]", "]")
        is_shown = not self._rows or self._rows[-1] <= 2 * ROWS
        if line and is_shown:
            self.lines.append(line)
            if self._rows:
                self.rows.append(line)
        self._line = ""


def of_table(page: str) -> list[str]:
    """Return the rows of its tables alone."""
    text = PageText()
    text.feed(page)
    return text.rows


def of_page(page: str) -> list[str]:
    text = PageText()
    text.feed(page)
    counts = ", ".join(f"{name} {n}" for name, n in sorted(text.attributes.items()))
    return [f"attributes: {counts}", *text.data[:LINES], *text.lines]


def of_text(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
