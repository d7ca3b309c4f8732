"""The bill of an account as its files tell it: FOCUS, CUR or Azure's exports."""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from core.windows import ONE_DAY, Window, add_months, utc_day
from providers.access import checked
from providers.aws.client import AwsOptions
from providers.azure.client import AzureOptions
from providers.base import Progress
from providers.bill_records import Bill, BillMonth, NoLines
from providers.errors import ErrorKind, ProviderError
from providers.files.account_settings import BILL, S3, FilesSettings
from providers.files.blobs import Container
from providers.files.days import DaysOf, days_of
from providers.files.engine import Engine, LineSums, Source
from providers.files.exports import Run, runs_of
from providers.files.places import Bucket, Directory, Place, StoredFile
from providers.meter import Meter
from providers.records import AccessCheck, CostReading

MONTHS_BEFORE = 120
# Clouds may correct a bill until about the middle of the next month.
FINAL_AFTER = timedelta(days=15)
# What a month needs on disk for each byte of its files: the lines, and what DuckDB
# puts there. Remote files are there too, while they are read.
LINES_PER_BYTE = {"parquet": 2.0, "gz": 3.0, "csv": 0.4}
COLUMNS_NAMED = 12


@dataclass(frozen=True, slots=True)
class FilesOptions:
    """Where files are put while they are read, and how clouds are asked."""

    folder: Path
    aws: AwsOptions = field(default_factory=AwsOptions)
    azure: AzureOptions = field(default_factory=AzureOptions)


class FilesProvider:
    """The files of one billing account. Making one reads nothing."""

    def __init__(
        self,
        account_id: str,
        settings: FilesSettings,
        options: FilesOptions,
        now: datetime,
    ) -> None:
        self._account_id = account_id.removeprefix(BILL)
        self._settings = settings
        self._options, self._now = options, now
        self._runs: dict[date, Run] = {}
        self.meter = Meter()
        self._place = place_of(settings, options, self.meter)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        today = utc_day(now)
        return Window(add_months(today, -MONTHS_BEFORE), today)

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        yield checked(
            f"List and read {self._settings.place}", "costs", lambda: self._list_runs()
        )

    def accounts(self, progress: Progress) -> list[str]:
        """Return the billing accounts whose bills lie there. Raise ProviderError."""
        found: set[str] = set()
        for run in self._list_runs():
            with (
                self._on_disk(run, progress) as files,
                self._engine(progress) as engine,
            ):
                found |= set(engine.accounts(files, self._reading(run)))
        return sorted(found)

    def list_months(
        self, known: Mapping[date, str], progress: Progress
    ) -> Sequence[BillMonth]:
        self._runs = {}
        found = []
        for run in self._list_runs():
            months = self._months_of(run, known, progress)
            self._runs |= dict.fromkeys(months, run)
            version, reading = run.version(len(months)), self._reading(run)
            found += [BillMonth(month, version, reading) for month in months]
        return sorted(found, key=lambda one: one.month)

    def read_month(self, month: BillMonth, lines: Path, progress: Progress) -> Bill:
        run = self._runs[month.month]
        reading = f"{month.month:%Y-%m} of {self._reading(run)}"
        self._check_disk(run, lines.parent, reading)
        with self._engine(progress) as engine:
            with ExitStack() as held:
                source = self._source(run, held, progress)
                progress(f"{reading}: reading {run.size / 1e6:,.0f} MB")
                if not run.manifest:
                    names = [file.name for file in run.files]
                    engine.refuse_copies(
                        dict(zip(source.files, names, strict=True)), reading
                    )
                found = engine.write_lines(source, month.month, lines, reading)
            others = engine.keep_account(lines, self._account_id, reading)
            sums = engine.sums(lines, month.month, found, reading)
        is_counted = run.row_count is not None and run.month and not run.actual
        if is_counted and run.row_count != sums.lines + others:
            raise ProviderError(
                ErrorKind.INCOMPLETE,
                reading,
                f"its manifest names {run.row_count:,} lines, and "
                f"{sums.lines + others:,} are there",
                "Nothing of it was stored. Run the export again, then sync again.",
            )
        window = self._told_days(month.month, sums)
        return Bill(
            source_format=sums.source_format,
            line_count=sums.lines,
            currency=sums.currency,
            billed=sums.billed,
            effective=sums.effective,
            days=self._days(lines, window, sums, progress),
            remarks=list(_remarks(month.month, sums, others)),
        )

    def _days(
        self, lines: Path, window: Window, sums: LineSums, progress: Progress
    ) -> Iterator[CostReading]:
        wanted = DaysOf(
            currency=sums.currency,
            is_estimated=self._now.date() < add_months(window.start, 1) + FINAL_AFTER,
            tag_keys=self._settings.tag_keys,
        )
        with self._engine(progress) as engine:
            yield from days_of(engine, lines, window, wanted)

    def _told_days(self, month: date, sums: LineSums) -> Window:
        """Return the month's days up to the last one that has a line and has ended."""
        today = utc_day(self._now)
        if month >= today:
            raise NoLines(
                ErrorKind.INCOMPLETE,
                f"{month:%Y-%m}",
                "no day of this month has ended",
                "It is read once one has.",
            )
        return Window(month, min(sums.through + ONE_DAY, today))

    def _list_runs(self) -> list[Run]:
        files = self._place.list_files()
        return runs_of(files, self._content, f"Bill files in {self._settings.place}")

    def _content(self, file: StoredFile) -> bytes:
        """Return a manifest's content, which is fetched once for each of its states."""
        named = f"{self._settings.place} {file.name} {file.version}"
        key = hashlib.sha256(named.encode()).hexdigest()
        held = self._options.folder / f"manifest-{key}"
        if self._place.is_remote:
            with suppress(FileNotFoundError):
                os.utime(held)  # what nobody used for a day is deleted
                return held.read_bytes()
        with self._place.on_disk(file) as path:
            content = path.read_bytes()
        if self._place.is_remote:
            draft = held.with_name(f"{held.name}-{os.getpid()}")
            draft.write_bytes(content)
            draft.replace(held)
        return content

    def _months_of(
        self, run: Run, known: Mapping[date, str], progress: Progress
    ) -> list[date]:
        """Return what the run's name tells, or its lines; these only if any of their
        months is not stored."""
        if run.month:
            return [run.month]
        for version, count in Counter(known.values()).items():
            if version == run.version(count):
                return [month for month, one in known.items() if one == version]
        with self._on_disk(run, progress) as files, self._engine(progress) as engine:
            return engine.months(files, self._account_id, self._reading(run))

    @contextmanager
    def _on_disk(self, run: Run, progress: Progress) -> Iterator[list[Path]]:
        with ExitStack() as held:
            paths = []
            for file in run.files:
                progress(f"Bill files: {file.name}")
                paths.append(held.enter_context(self._place.on_disk(file)))
            yield paths

    def _source(self, run: Run, held: ExitStack, progress: Progress) -> Source:
        files, actual = (
            held.enter_context(self._on_disk(one, progress)) if one else []
            for one in (run, run.actual)
        )
        return Source(files, actual, has_other_months=run.month is None)

    @contextmanager
    def _engine(self, progress: Progress) -> Iterator[Engine]:
        with TemporaryDirectory(dir=self._options.folder) as folder:
            engine = Engine(Path(folder), progress)
            try:
                yield engine
            finally:
                engine.close()

    def _check_disk(self, run: Run, folder: Path, reading: str) -> None:
        """Raise ProviderError where the month would fill the disk."""
        needed = sum(
            file.size * LINES_PER_BYTE[file.name.rpartition(".")[2].lower()]
            for file in run.every_file
        )
        if self._place.is_remote:
            needed += run.size
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise ProviderError(
                ErrorKind.INVALID,
                reading,
                f"its files of {_gigabytes(run.size)} take up to {_gigabytes(needed)} "
                f"of disk while they are read, and {folder} has {_gigabytes(free)} "
                "free",
                "Nothing was read. Free some, or set LINE_ITEMS_DIR to a larger disk.",
            )

    def _reading(self, run: Run) -> str:
        first, *others = run.every_file
        more = f" and {len(others)} more" if others else ""
        return f"{self._settings.place.rstrip('/')}: {first.name}{more}"


def place_of(settings: FilesSettings, options: FilesOptions, meter: Meter) -> Place:
    if settings.place.startswith(S3):
        return Bucket(settings, options.aws, options.folder, meter)
    if "://" in settings.place:
        return Container(settings, options.azure, options.folder, meter)
    return Directory(Path(settings.place))


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"


def _remarks(month: date, sums: LineSums, others: int) -> Iterator[str]:
    when = f"{month:%Y-%m}"
    if others:
        yield f"{when}: lines of other billing accounts that were left out: {others:,}."
    if sums.moved:
        yield (
            f"{when}: lines of days outside their billing period, which count on its "
            f"first or last day: {sums.moved:,}."
        )
    if sums.unused:
        named = ", ".join(sums.unused[:COLUMNS_NAMED])
        more = len(sums.unused) - COLUMNS_NAMED
        yield f"{when}: columns that are not kept: {named}" + (
            f" and {more} more." if more > 0 else "."
        )
