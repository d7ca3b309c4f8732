"""Which exports lie in a place, and which files are each month's newest run of them.

By the manifests of AWS and Azure where they are there. Without one, files whose names
differ only in numbers are parts of one export.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core.windows import add_months
from providers.errors import ErrorKind, ProviderError
from providers.files.places import StoredFile

DATA = (".csv", ".csv.gz", ".parquet")
MANIFEST = re.compile(r"(^|[-_/])manifest\.json$", re.IGNORECASE)
# As AWS and Azure name their folders.
DAYS = re.compile(r"(?<!\d)(20\d{6})-(20\d{6})(?!\d)")
MONTH = r"(20\d{2})-?(0[1-9]|1[0-2])(?!-?\d)"
MONTHS = (
    re.compile(f"billing_period={MONTH}", re.IGNORECASE),
    re.compile(rf"(?<!\d){MONTH}"),
)
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# No brackets: "bill (1).csv" is a second download of the same.
NUMBERS = re.compile(r"[\d_\-=.]+")
ADVICE = "Give each export a folder of its own, and name that folder."
# Azure's two views of the same month, which are read as one.
ACTUAL, AMORTIZED = "ActualCost", "AmortizedCost"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of an export wrote for one month; None: its lines tell which."""

    export: str
    month: date | None
    made_at: datetime
    files: tuple[StoredFile, ...] = ()
    named: tuple[str, ...] = ()
    """What its manifest names, until these are found."""
    manifest: str = ""
    kind: str = ""
    row_count: int | None = None
    actual: "Run | None" = None
    """Of amortized costs of Azure: what was billed for commitments is there."""

    @property
    def every_file(self) -> tuple[StoredFile, ...]:
        return self.files + (self.actual.files if self.actual else ())

    @property
    def size(self) -> int:
        return sum(file.size for file in self.every_file)

    def version(self, months: int) -> str:
        """Return what differs once its files do, or how many months they tell: of a
        version of three only three that are stored are all."""
        named = sorted(f"{file.name} {file.version}" for file in self.every_file)
        listed = "\n".join([*named, str(months)])
        return hashlib.sha256(listed.encode()).hexdigest()


def runs_of(
    files: Sequence[StoredFile], read: Callable[[StoredFile], bytes], reading: str
) -> list[Run]:
    """Return the newest run of each month, by month. Raise ProviderError.

    `read` returns a manifest's content.
    """
    manifests = _newest_manifests(files)
    found = [_of_manifest(manifest, read(manifest), reading) for manifest in manifests]
    if not found:
        found = list(_of_names(files, reading))
    if not found:
        kinds = sorted({f.name.rpartition(".")[2] for f in files}) or ["nothing"]
        raise ProviderError(
            ErrorKind.INVALID,
            reading,
            f"no csv, csv.gz or Parquet file is there, but {', '.join(kinds[:5])}",
            "Export in one of these, or name the folder where they lie.",
        )
    whole = [_with_files(run, files, reading) for run in _newest(found)]
    return sorted(_paired(whole, reading), key=lambda one: one.month or date.min)


def _newest_manifests(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Return the manifests to read: of those whose paths name a month, the newest of
    each export and month, as each run wrote one; all others."""
    newest: dict[tuple[Any, ...], StoredFile] = {}
    for file in sorted(files, key=lambda one: (one.modified_at, -len(one.name))):
        if MANIFEST.search(file.name):
            month, name = _month_of(file.name), file.name.rpartition("/")[2]
            key = (month, _folder_of(file.name), name) if month else (file.name,)
            newest[key] = file
    return [*newest.values()]


def _of_manifest(manifest: StoredFile, content: bytes, reading: str) -> Run:
    at = f"{reading}: {manifest.name}"
    try:
        raw = json.loads(content.decode("utf-8-sig"))
        named = _named_files(raw)
        month = _month_of(manifest.name) or _month_of_run(raw)
        config = raw.get("exportConfig", {})
        name = config.get("exportName") or raw.get("reportName")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderError(
            ErrorKind.INCOMPLETE,
            at,
            f"the manifest can't be understood ({type(error).__name__})",
            "Nothing of it was stored. Run the export again, then sync again.",
        ) from error
    return Run(
        export=str(name or _folder_of(manifest.name)),
        month=month,
        made_at=manifest.modified_at,
        named=tuple(named),
        manifest=manifest.name,
        kind=str(config.get("type", "")),
        row_count=_rows(raw),
    )


def _named_files(raw: Mapping[str, Any]) -> list[str]:
    """Return the files that a manifest of AWS or Azure names, by their whole keys."""
    if "reportKeys" in raw:  # a Cost and Usage Report
        return list(raw["reportKeys"])
    if "dataFiles" in raw:  # a Data Export, as s3://bucket/key
        return [re.sub(r"^s3://[^/]+/", "", name) for name in raw["dataFiles"]]
    return [blob["blobName"] for blob in raw["blobs"]]


def _month_of_run(raw: Mapping[str, Any]) -> date | None:
    """Return the month of a manifest's period."""
    period = raw.get("billingPeriod") or raw.get("runInfo") or {}
    start = str(period.get("start") or period.get("startDate") or "")
    end = str(period.get("end") or period.get("endDate") or start)
    return _whole_month(start.partition("T")[0], end.partition("T")[0])


def _rows(raw: Mapping[str, Any]) -> int | None:
    counts = [blob.get("dataRowCount") for blob in raw.get("blobs", ())]
    counted = [int(count) for count in counts if count is not None]
    return sum(counted) if counted and len(counted) == len(counts) else None


def _with_files(run: Run, files: Sequence[StoredFile], reading: str) -> Run:
    """Return it with the files that its manifest names. Raise ProviderError.

    The place may be any folder above them.
    """
    if not run.manifest:
        return run
    found = []
    for name in run.named:
        same = [f for f in files if name == f.name or name.endswith(f"/{f.name}")]
        if not same:
            raise ProviderError(
                ErrorKind.INCOMPLETE,
                f"{reading}: {run.manifest}",
                f"it names {name}, which is not there",
                "Nothing of it was stored. Copy the whole export, or run it again.",
            )
        if not name.lower().endswith(DATA):
            raise ProviderError(
                ErrorKind.INVALID,
                f"{reading}: {run.manifest}",
                f"it names {name}, which is no csv, csv.gz or Parquet file",
                "Let the export write gzip or Parquet.",
            )
        found.append(max(same, key=lambda file: len(file.name)))
    return replace(run, files=tuple(found))


def _of_names(files: Sequence[StoredFile], reading: str) -> Iterator[Run]:
    """Return files that have no manifest, by the names that they share."""
    shared: dict[tuple[str, str, date | None], list[StoredFile]] = defaultdict(list)
    for file in files:
        if file.name.lower().endswith(DATA) and file.size:
            run = GUID.search(file.name)
            name = NUMBERS.sub("-", GUID.sub("", file.name))
            key = (name, run.group() if run else "", _month_of(file.name))
            shared[key].append(file)
    for (name, _, month), found in shared.items():
        made_at = max(one.modified_at for one in found)
        yield Run(name, month, made_at, tuple(found))


def _newest(runs: Sequence[Run]) -> list[Run]:
    """Return the newest run of each export and month.

    Of runs that name no month, as of weeks, none takes another's place.
    """
    newest: dict[tuple[Any, ...], Run] = {}
    for run in sorted(runs, key=lambda one: (one.made_at, -len(one.manifest))):
        newest[run.month or run, run.kind, run.export] = run
    return list(newest.values())


def _paired(runs: Sequence[Run], reading: str) -> Iterator[Run]:
    """Yield one run a month; actual costs of Azure with amortized ones are one."""
    per_month: dict[date | None, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda one: one.kind):
        per_month[run.month].append(run)
    if None in per_month and len(per_month) > 1:
        raise ProviderError(
            ErrorKind.INVALID,
            reading,
            f"the name of {per_month[None][0].files[0].name} does not tell its month, "
            "as the names of others do",
            ADVICE,
        )
    for month, found in per_month.items():
        if [one.kind for one in found] == [ACTUAL, AMORTIZED]:
            yield replace(found[1], actual=found[0])
        elif len(found) == 1:
            yield found[0]
        else:
            names = " and ".join(sorted(map(_named, found)))
            when = f" of {month:%Y-%m}" if month else ""
            raise ProviderError(
                ErrorKind.INVALID,
                reading,
                f"two exports{when} lie there, {names}, which would be counted twice",
                ADVICE,
            )


def _named(run: Run) -> str:
    if run.manifest and run.month:
        return f"{run.export} {run.kind}".strip()
    return run.manifest or run.files[0].name


def _month_of(name: str) -> date | None:
    days = DAYS.search(name)
    if days and (month := _whole_month(*days.groups())):
        return month
    for period in MONTHS:
        if found := period.search(name):
            return date(int(found[1]), int(found[2]), 1)
    return None


def _whole_month(start: str, end: str) -> date | None:
    """Return the month of which the days are: from its first, to its last or the next
    one's first; or up to now."""
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        return None
    is_one = first.day == 1 and first <= last <= add_months(first, 1)
    return first if is_one else None


def _folder_of(name: str) -> str:
    """Return the export's folder: that above its months."""
    folder = name.rpartition("/")[0]
    return re.split(r"/?metadata|/?\d{8}-\d{8}|/?BILLING_PERIOD", folder)[0] or "export"
