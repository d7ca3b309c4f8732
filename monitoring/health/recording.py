"""Check everything, keep what was found, and thin it to hours and days."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from django.db import DatabaseError, transaction
from django.db.models import F, Max, QuerySet, Sum

from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.db.upsert import upsert
from monitoring.health.components import COMPONENTS, Degraded, Down, NotMeasured
from monitoring.health.models import MESSAGE_LENGTH, HealthPeriod, HealthState
from syncs.runs.freshness import AccountFreshness, State, freshness, per_account
from syncs.runs.start import broker_errors

logger = logging.getLogger(__name__)

Grain = HealthPeriod.Grain
# Accounts are read a few times a day, and there may be a thousand of them.
ACCOUNTS_EVERY_MINUTES = 15
LENGTHS = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1)}
COLUMNS = [
    *("component", "account_id", "grain", "starts_at", "state", "checks"),
    *("degraded", "down", "response_ms", "max_response_ms", "message", "checked_at"),
]
KEY = ["component", "grain", "starts_at"]
OF_ACCOUNTS = {
    State.OK: HealthState.OK,
    State.FAILING: HealthState.DOWN,
    State.STALE: HealthState.DOWN,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    component: str
    state: HealthState
    message: str
    response_ms: float
    checked_at: datetime
    account_id: int | None = None


def check_health(now: datetime) -> Sequence[Finding]:
    """Check every component and keep what is found, however often in a minute."""
    findings = [found for one in COMPONENTS if (found := find(one, now))]
    if now.minute % ACCOUNTS_EVERY_MINUTES == 0:
        findings += find_accounts(now)
    keep(findings, now)
    return findings


def find(name: str, now: datetime) -> Finding | None:
    """Check one component; None if nothing can be said of it."""
    return run_check(name, COMPONENTS[name].check, now)


def run_check(
    name: str, check: Callable[[datetime], str], now: datetime
) -> Finding | None:
    began, state = perf_counter(), HealthState.OK
    try:
        message = check(now)
    except NotMeasured:
        return None
    except (Degraded, Down) as found:
        is_down = isinstance(found, Down)
        state = HealthState.DOWN if is_down else HealthState.DEGRADED
        message = str(found)
    except failures() as error:
        state = HealthState.DOWN
        message = f"It does not answer ({type(error).__name__})."
    # The fault of one check, of whatever room, must not end the others.
    except Exception as error:
        logger.exception("the health of %s could not be checked", name)
        state = HealthState.DOWN
        message = f"The check failed ({type(error).__name__}). See the log of a worker."
    elapsed = (perf_counter() - began) * 1000
    return Finding(name, state, message[:MESSAGE_LENGTH], elapsed, now)


def failures() -> tuple[type[Exception], ...]:
    """Return what is raised where something is away, each in its own words."""
    return (DatabaseError, *broker_errors())


def find_accounts(now: datetime) -> Iterator[Finding]:
    """How fresh each account is: as its dataset that is most urgent."""
    began = perf_counter()
    found = per_account(freshness(CloudAccount.objects.enabled(), now))
    elapsed = (perf_counter() - began) * 1000 / max(len(found), 1)
    for line in found:
        yield _of_account(line, elapsed, now)


def _of_account(line: AccountFreshness, elapsed: float, now: datetime) -> Finding:
    worst = min(line.datasets, key=lambda one: one.state.urgency)
    state = OF_ACCOUNTS.get(worst.state, HealthState.DEGRADED)
    message = "" if state == HealthState.OK else worst.sentence[:MESSAGE_LENGTH]
    key = line.account.pk
    return Finding(f"account-{key}", state, message, elapsed, now, key)


def keep(findings: Sequence[Finding], now: datetime) -> None:
    """Store the minute, and with it the sums of its hour and day."""
    with transaction.atomic():
        hold_until_commit("health")
        minute = now.replace(second=0, microsecond=0)
        upsert(HealthPeriod, COLUMNS, (_minute(f, minute) for f in findings), KEY)
        names = [finding.component for finding in findings]
        hour, day = minute.replace(minute=0), minute.replace(hour=0, minute=0)
        _sum(names, Grain.MINUTE, Grain.HOUR, hour)
        _sum(names, Grain.HOUR, Grain.DAY, day)


def _minute(finding: Finding, minute: datetime) -> Sequence[object]:
    state = finding.state
    return [
        *(finding.component, finding.account_id, Grain.MINUTE.value, minute),
        *(state.value, 1, int(state == HealthState.DEGRADED)),
        *(int(state == HealthState.DOWN), finding.response_ms, finding.response_ms),
        *(finding.message, finding.checked_at),
    ]


def _sum(names: Iterable[str], parts: Grain, whole: Grain, start: datetime) -> None:
    """Store one row of the longer grain for each component, out of its parts."""
    rows = HealthPeriod.objects.of_grain(parts, start, LENGTHS[whole])
    rows = rows.filter(component__in=names).order_by()
    messages = _messages(rows)
    sums = rows.values("component", "account_id").annotate(
        of=Sum("checks"),
        bad=Sum("degraded"),
        worse=Sum("down"),
        mean=Sum(F("response_ms") * F("checks")) / Sum("checks"),
        longest=Max("max_response_ms"),
        newest=Max("checked_at"),
    )
    upsert(
        HealthPeriod,
        COLUMNS,
        (
            [
                *(one["component"], one["account_id"], whole.value, start),
                *(_worst(one["bad"], one["worse"]).value, one["of"], one["bad"]),
                *(one["worse"], one["mean"], one["longest"]),
                *(messages.get(one["component"], ""), one["newest"]),
            ]
            for one in sums
        ),
        KEY,
    )


def _messages(rows: "QuerySet[HealthPeriod]") -> dict[str, str]:
    """Return what the newest row of each component says that was not ok."""
    bad = rows.exclude(state=HealthState.OK).order_by("starts_at")
    return dict(bad.values_list("component", "message"))


def _worst(degraded: int, down: int) -> HealthState:
    if down:
        return HealthState.DOWN
    return HealthState.DEGRADED if degraded else HealthState.OK
