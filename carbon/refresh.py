"""Estimate the emissions of an account's resources on the days whose use is new."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Max, Min

from carbon.amounts import SUMMED, Amounts, Row
from carbon.engine.estimate import Estimate, estimate
from carbon.facts import MACHINES, AccountDays
from carbon.models import EmissionTotal, ResourceEmission
from clouds.models import CloudAccount, DataVersion
from clouds.versions import bump_version
from core.db.upsert import upsert
from core.windows import ONE_DAY, Window, last_complete_days, utc_day
from metrics.models import CpuMetric
from syncs.datasets import Dataset
from syncs.models import SyncRun

# Increase it when figures or formulas change, so that every day is estimated again.
METHOD = 2
# The subject of their version.
CARBON = "carbon"
READ = (Dataset.CPU, Dataset.USAGE)
DATASETS = (Dataset.INSTANCES, Dataset.STORAGE, Dataset.DATABASES, *READ)
# A year and a month, so that a month can be compared with that of the year before.
KEPT_DAYS = 400
# What a cloud still adds to its last days is estimated again.
RECENT_DAYS = 3
DAYS_AT_ONCE = 31
KEY = ("resource_id", "day")
FIGURES = tuple(one.name for one in fields(Estimate))
Total = tuple[date, str, str]


def refresh_emissions(
    account: CloudAccount, now: datetime, last_version: str | None
) -> tuple[int, str]:
    """Store what is new; return how many sums changed, and the version of the data with
    the instant of this refresh.

    Data of `last_version` are not estimated again. Who calls keeps it only where all
    went well, so that a refresh after a failed one looks as far back.
    """
    version = f"{METHOD}:{_version(account, now)}"
    last, _, at = (last_version or "").partition("@")
    if last_version and version == last:
        return 0, last_version
    is_same_method = last.startswith(f"{METHOD}:")
    since = datetime.fromisoformat(at) if is_same_method and at else None
    days = _days(account, now, since)
    changed = sum(_store(account, window, now) for window in _windows(days))
    _forget_old(account, now)
    return changed, f"{version}@{now.isoformat()}"


def _version(account: CloudAccount, now: datetime) -> str:
    stored = DataVersion.objects.filter(account=account, dataset__in=DATASETS)
    versions = stored.order_by("dataset").values_list("dataset", "version")
    state = [utc_day(now), *versions]
    return sha256(repr(state).encode()).hexdigest()[:16]


def _days(account: CloudAccount, now: datetime, since: datetime | None) -> set[date]:
    """Return the complete days to estimate: those after the last ones, and those that
    were read `since`; at first all of which use is stored."""
    stored_days = last_complete_days(KEPT_DAYS, now)
    done = EmissionTotal.objects.filter(account=account)
    last = done.aggregate(day=Max("day"))["day"]
    if since is None or last is None:
        measured = CpuMetric.objects.filter(resource__account=account)
        first = measured.aggregate(day=Min("day"))["day"]
        recent = stored_days.end - ONE_DAY * RECENT_DAYS
        return set(
            Window(
                max(stored_days.start, min(first or recent, recent)), stored_days.end
            ).days()
        )
    new = min(last + ONE_DAY, stored_days.end - ONE_DAY * RECENT_DAYS)
    days = set(Window(max(stored_days.start, new), stored_days.end).days())
    runs = SyncRun.objects.filter(
        account=account,
        dataset__in=READ,
        status__in=SyncRun.GOOD,
        finished_at__gte=since,
    )
    for start, end in runs.order_by().values_list("start", "end").distinct():
        if start and end:
            days |= {day for day in Window(start, end).days() if day in stored_days}
    return days


def _windows(days: Iterable[date]) -> Iterator[Window]:
    """Yield days on end as windows that fit into memory."""
    start = end = None
    for day in sorted(days):
        if start and end and (day != end or (end - start).days == DAYS_AT_ONCE):
            yield Window(start, end)
            start = None
        start, end = start or day, day + ONE_DAY
    if start and end:
        yield Window(start, end)


@transaction.atomic
def _store(account: CloudAccount, window: Window, now: datetime) -> int:
    """Replace the window's rows and sums; return how many sums changed."""
    rows: dict[tuple[int, date], tuple[object, ...]] = {}
    sums: dict[Total, Amounts] = defaultdict(Amounts)
    for resource, day, facts in AccountDays(account, window):
        found = estimate(facts)
        values = (getattr(found, name) for name in FIGURES[:-1])
        rows[resource.pk, day] = (*values, found.unknown or "")
        sums[day, resource.kind, resource.region].add(_row(found, resource.kind))
    stored = ResourceEmission.objects.filter(resource__account=account)
    there = stored.in_window(window).order_by().values_list("pk", *KEY)
    stale = [pk for pk, *key in there.iterator() if tuple(key) not in rows]
    ResourceEmission.objects.filter(pk__in=stale).delete()
    upsert(
        *(ResourceEmission, (*KEY, *FIGURES)),
        *(((*key, *values) for key, values in rows.items()), KEY),
    )
    changed = _store_totals(account, window, sums, now)
    if changed:
        bump_version(account, CARBON)
    return changed


def _row(found: Estimate, kind: str) -> Row:
    is_embodied_unknown = found.embodied_kg is None and kind in MACHINES
    return (
        *(found.kwh, found.operational_kg, found.embodied_kg),
        *(1, found.operational_kg is None, is_embodied_unknown),
    )


def _store_totals(
    account: CloudAccount, window: Window, sums: dict[Total, Amounts], now: datetime
) -> int:
    stored = EmissionTotal.objects.filter(account=account).in_window(window)
    columns = stored.order_by().values_list("day", "kind", "region", *SUMMED)
    before = {tuple(row[:3]): tuple(row[3:]) for row in columns}
    after = {key: astuple(one) for key, one in sums.items()}
    stored.delete()
    EmissionTotal.objects.bulk_create(
        EmissionTotal(
            account=account,
            day=day,
            kind=kind,
            region=region,
            computed_at=now,
            **dict(zip(SUMMED, values, strict=True)),
        )
        for (day, kind, region), values in sorted(after.items())
    )
    keys = before.keys() | after.keys()
    return sum(before.get(key) != after.get(key) for key in keys)


def _forget_old(account: CloudAccount, now: datetime) -> None:
    """Delete the days of single resources that no page reaches; sums stay."""
    first = utc_day(now) - timedelta(days=KEPT_DAYS)
    old = ResourceEmission.objects.filter(resource__account=account, day__lt=first)
    old.delete()
