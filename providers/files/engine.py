"""DuckDB reads a month's files into line items, and sums them by day.

In bounded memory, whatever the size of the files. Only what is asked for is read: no
extension is loaded, and nothing is fetched.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.money import QUANTUM
from providers.base import Progress
from providers.bill_records import NoLines
from providers.errors import ErrorKind, ProviderError
from providers.files import azure_exports
from providers.files.columns import quoted, quoted_path, quoted_text
from providers.files.formats import Format, recognized
from providers.files.line_items import LINE_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of Azure, whose texts depend on the language of who exports.
AMOUNTS = (*azure_exports.COSTS, "quantity", "usagequantity", "unitprice")

# ruff: noqa: S608 (names are of this room; texts are quoted)
MEMORY = "500MB"
THREADS = 2
ROWS_PER_GROUP = 50_000
# A run is taken for dead where it is silent for long.
SECONDS_PER_SIGN = 5.0
CURRENCY = re.compile(r"[A-Z]{3}")
WIDE = Context(prec=60)
DEFAULTS = {"VARCHAR": "''"}
ADVICE = "Nothing of it was stored. Put a whole export there, then sync again."


@dataclass(frozen=True, slots=True)
class LineSums:
    """What a month's line items sum to, and what is remarkable about them."""

    source_format: str
    lines: int
    currency: str
    billed: Decimal
    effective: Decimal
    through: date
    """The last day that has a line."""
    moved: int
    """Lines whose charge period lies outside their billing period."""
    unused: Sequence[str]
    """Columns of the files that are not kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a run. Of amortized costs of Azure `actual` are those in which
    commitments were billed."""

    files: Sequence[Path]
    actual: Sequence[Path] = ()
    has_other_months: bool = False


class Engine:
    """One connection, without a database."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        import duckdb  # who reads no bill files need not load it

        self._progress = progress
        self._duckdb = duckdb.connect()
        self._duckdb.execute(
            f"SET memory_limit = '{MEMORY}'; SET threads = {THREADS}; "
            "SET preserve_insertion_order = false; SET TimeZone = 'UTC'; "
            "SET enable_progress_bar = false; "
            "SET autoinstall_known_extensions = false; "
            f"SET temp_directory = {quoted_text(str(folder))}"
        )

    def close(self) -> None:
        self._duckdb.close()

    def format_of(self, files: Sequence[Path], reading: str) -> Format:
        """Return what format they are of. Raise ProviderError."""
        with engine_errors(reading):
            described = self._rows(f"DESCRIBE SELECT * FROM {read_files(files)}")
        types = {str(name): str(kind) for name, kind, *_ in described}
        found = recognized(types, reading)
        if found.name.startswith("Azure"):
            with engine_errors(reading):
                found.columns.decimal_comma = self._decimal_comma(files, found, reading)
        return found

    def _decimal_comma(
        self, files: Sequence[Path], found: Format, reading: str
    ) -> bool | None:
        """Return whether amounts have a decimal comma, as some languages write them;
        None: no amount has a comma at all."""
        amounts = [
            found.columns.raw(name)
            for name in AMOUNTS
            if name in found.columns and found.columns.type_of(name) == "VARCHAR"
        ]
        if not amounts:
            return None
        counts = ", ".join(
            f"count(*) FILTER (len(list_filter([{', '.join(amounts)}], "
            f"lambda one: regexp_matches(one, '{sign}'))) > 0)"
            for sign in (",[0-9]*$", "[.][0-9]*$", "[.].*,", ",.*[.]")
        )
        ((commas, points, before_comma, before_point),) = self._rows(
            f"SELECT {counts} FROM {read_files(files)}"
        )
        if (
            before_comma
            and before_point
            or (commas and points and not before_comma and not before_point)
        ):
            raise unreadable(
                reading, "some amounts have a decimal comma, and some a decimal point"
            )
        if before_comma or before_point:
            return bool(before_comma)
        return True if commas else None

    def months(
        self, files: Sequence[Path], account_id: str, reading: str
    ) -> list[date]:
        """Return the account's billing months that have lines. Raise ProviderError."""
        found = self.format_of(files, reading)
        made = found.expressions(found.columns)
        start, account = made["BillingPeriodStart"], made["BillingAccountId"]
        with engine_errors(reading):
            rows = self._rows(
                f"SELECT DISTINCT date_trunc('month', {start})::DATE AS month "
                f"FROM {read_files(files)} "
                f"WHERE lower({account}) = {quoted_text(account_id.lower())} "
                "ORDER BY month NULLS FIRST"
            )
        if not rows:
            raise unreadable(reading, f"it has no line of the account {account_id}")
        if rows[0][0] is None:
            raise unreadable(reading, "some lines have no billing period")
        return [month for (month,) in rows]

    def accounts(self, files: Sequence[Path], reading: str) -> list[str]:
        """Return whose bills they are. Raise ProviderError."""
        found = self.format_of(files, reading)
        account = found.expressions(found.columns)["BillingAccountId"]
        with engine_errors(reading):
            rows = self._rows(
                f"SELECT DISTINCT {account} AS one FROM {read_files(files)} "
                "ORDER BY one"
            )
        return [account for (account,) in rows if account]

    def refuse_copies(self, files: Mapping[Path, str], reading: str) -> None:
        """Raise ProviderError where two of these files, by their names, have the same
        lines of a day: they are states of one bill, and no parts of it."""
        if len(files) < 2:
            return
        found = self.format_of([*files], reading)
        day = found.expressions(found.columns)["ChargePeriodStart"]
        values = ", ".join(quoted(found.columns.in_file(one)) for one in found.columns)
        with engine_errors(reading):
            rows = self._rows(
                f"""SELECT day, lines, list(file ORDER BY file) FROM (
                    SELECT ({day})::DATE AS day, x_file AS file, count(*) AS lines,
                        sum(hash({values})) AS content
                    FROM {read_files([*files], "filename = 'x_file'")} GROUP BY 1, 2)
                WHERE lines > 1 GROUP BY day, lines, content HAVING count(*) > 1
                ORDER BY lines DESC, day LIMIT 1"""
            )
        for when, lines, (one, other, *_) in rows:
            named = " and ".join(files[Path(path)] for path in (one, other))
            raise unreadable(
                reading,
                f"{named} have the same {lines:,} lines of {when}, which would be "
                "counted twice: keep the newer one",
            )

    def write_lines(
        self, source: Source, month: date, target: Path, reading: str
    ) -> Format:
        """Write the month's lines as line items. Raise ProviderError."""
        found = self.format_of(source.files, reading)
        lines = _selected(found, source.files, month)
        if source.actual:
            billed = self.format_of(source.actual, reading)
            lines += (
                " UNION ALL SELECT * REPLACE (0 AS EffectiveCost) FROM "
                f"({_selected(billed, source.actual, month)}) "
                f"WHERE {azure_exports.IS_PURCHASE_AHEAD}"
            )
        is_of_month = f"date_trunc('month', BillingPeriodStart) = DATE '{month}'"
        with engine_errors(reading):
            self._rows(
                f"COPY (SELECT * FROM ({lines}) "
                f"{f'WHERE {is_of_month}' if source.has_other_months else ''}) "
                f"TO {quoted_text(str(target))} (FORMAT parquet, COMPRESSION zstd, "
                f"ROW_GROUP_SIZE {ROWS_PER_GROUP})"
            )
        return found

    def keep_account(self, lines: Path, account_id: str, reading: str) -> int:
        """Leave out the lines of other billing accounts; return how many those are."""
        mine = f"lower(BillingAccountId) = {quoted_text(account_id.lower())}"
        with engine_errors(reading):
            ((others,),) = self._rows(
                f"SELECT count(*) FILTER (NOT {mine}) FROM {read_files([lines])}"
            )
            if others:
                own = lines.with_suffix(".own.parquet")
                self._rows(
                    f"COPY (SELECT * FROM {read_files([lines])} WHERE {mine}) TO "
                    f"{quoted_text(str(own))} (FORMAT parquet, COMPRESSION zstd)"
                )
                own.replace(lines)
        return int(others)

    def sums(self, lines: Path, month: date, found: Format, reading: str) -> LineSums:
        """Return what they sum to, or raise ProviderError for what is no bill."""
        with engine_errors(reading):
            (row,) = self._rows(
                f"""SELECT count(*), count(*) FILTER (x_Day IS NULL
                    OR BilledCost IS NULL OR EffectiveCost IS NULL),
                list(DISTINCT BillingCurrency), sum(BilledCost), sum(EffectiveCost),
                max(x_Day), count(*) FILTER (x_Day <> ChargePeriodStart::DATE),
                count(*) FILTER (date_trunc('month', BillingPeriodStart)
                    IS DISTINCT FROM DATE '{month}')
                FROM {read_files([lines])}"""
            )
        count, incomplete, currencies, billed, effective, through, moved, elsewhere = (
            row
        )
        if not count:
            raise NoLines(
                ErrorKind.INCOMPLETE, reading, "it has no line of this account", ADVICE
            )
        if incomplete:
            raise unreadable(
                reading, f"{incomplete:,} of {count:,} lines have no day or no amount"
            )
        if elsewhere and not found.name.startswith("Azure"):
            raise unreadable(
                reading,
                f"{elsewhere:,} of {count:,} lines are of another billing month than "
                "the one that its name tells",
            )
        if unknown := [one for one in currencies if not CURRENCY.fullmatch(one)]:
            raise unreadable(
                reading, f'some lines have "{unknown[0]}" for a currency, such as USD'
            )
        if len(currencies) > 1:
            raise unreadable(
                reading,
                f"its lines are in {' and '.join(sorted(currencies))}: one bill has "
                "one currency",
            )
        unused = sorted(
            set(map(found.columns.in_file, found.columns)) - found.columns.used
        )
        return LineSums(
            source_format=found.name,
            lines=count,
            currency=currencies[0],
            billed=rounded(billed),
            effective=rounded(effective),
            through=through,
            moved=moved,
            unused=unused,
        )

    def cursor(self) -> "DuckDBPyConnection":
        """Return what answers one question beside others."""
        return self._duckdb.cursor()

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the answer, for which a thread waits: meanwhile the run shows that it
        lives, and can be stopped."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lambda: self._duckdb.execute(statement).fetchall())
            try:
                while not wait([asked], SECONDS_PER_SIGN).done:
                    self._progress("Bill files: DuckDB is reading")
            except BaseException:
                self._duckdb.interrupt()
                raise
            return asked.result()


def _selected(found: Format, files: Sequence[Path], month: date) -> str:
    """Return the query of these files' lines as line items."""
    made = dict(found.expressions(found.columns))
    day = f"({made['ChargePeriodStart']})::DATE"
    made["x_Day"] = (  # of NULL and a day, least and greatest return the day
        f"CASE WHEN {day} IS NOT NULL THEN "
        f"least(greatest({day}, DATE '{month}'), last_day(DATE '{month}')) END"
    )
    columns = ", ".join(
        f"({made.get(name, DEFAULTS.get(kind, 'NULL'))})::{kind} AS {name}"
        for name, kind in LINE_COLUMNS.items()
    )
    return f"SELECT {columns} FROM {read_files(files)}"


def read_files(files: Sequence[Path], *more: str) -> str:
    """Return the files as a table: every column of a csv as text, as it is written."""
    named = ", ".join(quoted_path(path) for path in files)
    # Names of folders, as BILLING_PERIOD=2026-10, are no columns.
    alike = ", ".join(("union_by_name = true", "hive_partitioning = false", *more))
    if all(path.name.lower().endswith(".parquet") for path in files):
        return f"read_parquet([{named}], {alike})"
    return (
        f"read_csv([{named}], all_varchar = true, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', {alike}, "
        "nullstr = ['', 'NULL', 'null'], allow_quoted_nulls = false)"
    )


def rounded(amount: Decimal) -> Decimal:
    """Return it to the ledger's places, also where it is too large for the ledger."""
    return amount.quantize(QUANTUM, context=WIDE)


@contextmanager
def engine_errors(reading: str) -> Iterator[None]:
    """Turn what DuckDB raises into one sentence."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise unreadable(reading, str(error).strip().partition("\n")[0]) from error


def unreadable(reading: str, reason: str) -> ProviderError:
    return ProviderError(ErrorKind.INCOMPLETE, reading, reason, ADVICE)
