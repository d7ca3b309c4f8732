"""Lines that are loaded into a server of LINE_ITEMS_ENGINE, which answers about them.

A month's file is loaded whole, and named, so that a newer file never mixes with the one
that it replaces. The name ends with how many lines the file has, by which one that was
loaded in part is told from a whole one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from clouds.versions import bump_version
from costs.lines.clickhouse import ClickHouse
from costs.lines.engine import DEADLINE_SECONDS, LinesFailed, LinesRefused, Row
from costs.lines.models import LINES_DATASET, LineItemMonth
from costs.lines.spark import Spark


class LineServer(Protocol):
    """What holds files of lines by name, and answers in an SQL of its own."""

    host: str
    dialect: str

    def line_counts(self) -> Mapping[str, int]:
        """Return how many lines of each file it has, of parts of files too."""

    def source(self, names: Sequence[str]) -> str:
        """Return what stands after FROM for the lines of files; each names its own."""

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        """Yield the answer. Raises LinesFailed, also after so many seconds."""

    def load(self, name: str, path: Path) -> None:
        """Load a file under a name. Raises LinesRefused, where others can be loaded."""

    def drop(self, name: str) -> None:
        """Drop what is loaded under a name."""


def line_server() -> LineServer:
    """Return the server of LINE_ITEMS_ENGINE, which is set."""
    url = settings.LINE_ITEMS_ENGINE
    return Spark(url) if urlsplit(url).scheme == "sc" else ClickHouse(url)


class LoadedLines:
    """Asks a server, of whole files alone.

    With `takes_older` it answers from the one before while a month's newest file is not
    loaded.
    """

    def __init__(self, server: LineServer, *, takes_older: bool = False) -> None:
        self.server = server
        self._takes_older = takes_older

    def source(self, months: Sequence[LineItemMonth]) -> str:
        """Raises LinesFailed where a month is not loaded: it would count as nothing."""
        if missing := [one for one in months if self._loaded_name(one) is None]:
            named = ", ".join(map(str, missing[:3]))
            raise LinesFailed(
                f"{named} {'is' if len(missing) == 1 else 'are'} not loaded into "
                f"{self.server.host} yet. Ask again in a few minutes, or run "
                "load_line_items."
            )
        return self.server.source([self.file_of(one) for one in months])

    def file_of(self, month: LineItemMonth) -> str:
        return self._loaded_name(month) or whole_name(month)

    def outdated(self, months: Sequence[LineItemMonth]) -> Sequence[LineItemMonth]:
        return [one for one in months if self.file_of(one) != whole_name(one)]

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        return self.server.rows(translated(sql, self.server.dialect), seconds)

    def _loaded_name(self, month: LineItemMonth) -> str | None:
        name = loaded_name(month, self._loaded)
        is_wanted = self._takes_older or name == whole_name(month)
        return name if is_wanted else None

    @cached_property
    def _loaded(self) -> Mapping[str, int]:
        """The same for all questions of one answer, whatever is loaded meanwhile."""
        return self.server.line_counts()


def load_line_items() -> Iterator[LineItemMonth]:
    """Load what LINE_ITEMS_ENGINE does not have yet, if it is a server, and yield it.

    Raises LinesFailed.
    """
    if settings.LINE_ITEMS_ENGINE:
        server = line_server()
        months = list(LineItemMonth.objects.select_related("account"))
        # A process may have ended after it loaded one, before the version moved.
        for month in replaced(server, months):
            _bump_version(month)
        for month in load_months(server, months):
            _bump_version(month)
            yield month


def _bump_version(month: LineItemMonth) -> None:
    with transaction.atomic():
        bump_version(month.account, LINES_DATASET)


def replaced(
    server: LineServer, months: Sequence[LineItemMonth]
) -> Sequence[LineItemMonth]:
    """Return those that are loaded, beside a file that they replaced and that the next
    `load_months` drops."""
    loaded = server.line_counts()
    files = Counter("".join(name.rpartition("-")[:2]) for name in loaded)
    return [
        one
        for one in months
        if files[one.file_prefix] > 1 and loaded_name(one, loaded) == whole_name(one)
    ]


def load_months(
    server: LineServer, months: Sequence[LineItemMonth]
) -> Iterator[LineItemMonth]:
    """Load what is not loaded yet, and yield each; drop what no month reads.

    Run twice, or killed and run again, the server has the same lines. One that can't be
    loaded stops no other; LinesFailed is raised at the end, and names it.
    """
    failures, loaded = [], server.line_counts()
    names = {one.pk: loaded_name(one, loaded) for one in months}
    # What is replaced below goes by the next call: questions at work still read it.
    for name in loaded.keys() - {*names.values()}:
        server.drop(name)
    for month in months:
        if names[month.pk] == whole_name(month):
            continue
        try:
            server.load(whole_name(month), month.path)
        except (LinesRefused, OSError) as error:
            failures.append(f"{month} can't be loaded: {error}")
            continue
        yield month
    if failures:
        raise LinesFailed(" ".join(failures))


def whole_name(month: LineItemMonth) -> str:
    """Return the name by which the month's file is loaded."""
    return f"{month.file} {month.currency} {month.row_count}"


def loaded_name(month: LineItemMonth, loaded: Mapping[str, int]) -> str | None:
    """Return the newest file of the month that is loaded whole: by the name of each
    loaded one and how many lines of it there are."""
    name = whole_name(month)
    if loaded.get(name, 0) == month.row_count:
        return name
    older = [
        one
        for one, count in loaded.items()
        if one.startswith(month.file_prefix)
        and one.endswith(f" {month.currency} {count}")
    ]
    # Their marks are numbers that grow.
    return max(older, key=lambda one: (len(one.split()[0]), one), default=None)


def translated(sql: str, dialect: str) -> str:
    """Return a question as the server reads it. Raises LinesFailed."""
    try:
        import sqlglot
    except ImportError:
        raise LinesFailed(
            "LINE_ITEMS_ENGINE needs sqlglot: run `pip install sqlglot` into the "
            "environment that runs manage.py."
        ) from None
    return sqlglot.transpile(sql, read="duckdb", write=dialect)[0]
