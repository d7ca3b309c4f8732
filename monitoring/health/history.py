"""How a component was day by day, and which share of its checks found it up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.windows import ONE_DAY, utc_day
from monitoring.health.components import COMPONENTS
from monitoring.health.querysets import HealthPeriodQuerySet
from monitoring.health.recording import Finding, Grain
from monitoring.models import HealthState

PAGE_DAYS = 90


@dataclass(frozen=True, slots=True)
class ComponentHistory:
    """What is known of a component now, and in the days that were asked for."""

    name: str
    label: str
    account: Any
    newest: Finding | None
    checks: int
    degraded: int
    down: int
    longest_ms: float | None
    days: Mapping[date, Any]

    @property
    def uptime_percent(self) -> float | None:
        """Return the share of checks that did not find it down; None without any."""
        return 100 * (1 - self.down / self.checks) if self.checks else None


def label_of(component: str) -> str:
    found = COMPONENTS.get(component)
    return found.label if found else component.replace("-", " ").capitalize()


def histories(
    rows: HealthPeriodQuerySet,
    newest: Mapping[str, Finding],
    accounts: Mapping[str, Any],
    names: Iterable[str],
) -> Sequence[ComponentHistory]:
    """Return those components' history by these rows of days. One query."""
    days: dict[str, dict[date, Any]] = {}
    of_days = rows.filter(grain=Grain.DAY, component__in=[*names])
    for row in of_days.order_by("starts_at"):
        days.setdefault(row.component, {})[utc_day(row.starts_at)] = row
    return [
        _history(name, newest.get(name), accounts.get(name), days.get(name, {}))
        for name in names
    ]


def _history(
    name: str, newest: Finding | None, account: Any, days: Mapping[date, Any]
) -> ComponentHistory:
    rows = days.values()
    return ComponentHistory(
        *(name, account.name if account else label_of(name), account, newest),
        checks=sum(row.checks for row in rows),
        degraded=sum(row.degraded for row in rows),
        down=sum(row.down for row in rows),
        longest_ms=max((row.max_response_ms for row in rows), default=None),
        days=days,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A day that was not ok as it is drawn; `text` says what it was."""

    at: int
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class DayBars:
    """The last days, the oldest at 0. Those that were ok are one path."""

    ok: str
    bad: Sequence[Bar]
    measured: int


def day_bars(history: ComponentHistory, now: datetime) -> DayBars:
    first = utc_day(now) - timedelta(days=PAGE_DAYS - 1)
    days = {(day - first).days: (day, row) for day, row in history.days.items()}
    shown = {at: found for at, found in days.items() if at >= 0}
    bad = [
        Bar(at, row.state, _said(day, row))
        for at, (day, row) in shown.items()
        if row.state != HealthState.OK
    ]
    ok = shown.keys() - {bar.at for bar in bad}
    return DayBars("".join(f"M{at}.5 0V20" for at in sorted(ok)), bad, len(shown))


def _said(day: date, row: Any) -> str:
    bad = {HealthState.DOWN.label: row.down, HealthState.DEGRADED.label: row.degraded}
    counts = [f"{label.lower()} in {n:,}" for label, n in bad.items() if n]
    found = " and ".join(counts)
    return f"{day:%-d %b %Y}: {found} of {row.checks:,} checks"


def first_moment(now: datetime) -> datetime:
    """Return when the days of the page begin."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (PAGE_DAYS - 1) * ONE_DAY
