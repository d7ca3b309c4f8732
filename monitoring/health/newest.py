"""What is known of each component now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount
from monitoring.health.checks import freshness_of, is_starting
from monitoring.health.components import COMPONENTS, FRESHNESS
from monitoring.health.querysets import HealthPeriodQuerySet
from monitoring.health.recording import (
    ACCOUNTS_EVERY_MINUTES,
    Finding,
    find,
    run_check,
)
from monitoring.models import HealthPeriod, HealthState

# Everything is checked each minute; what is older says nothing of now.
TRUE_FOR = timedelta(minutes=3)
TRUE_FOR_ACCOUNTS = timedelta(minutes=2 * ACCOUNTS_EVERY_MINUTES)
UNCHECKED = (
    "Nothing has been checked for 3 minutes. Look whether a worker and the scheduler "
    "run, and at their logs."
)


def newest_findings(now: datetime) -> Sequence[Finding]:
    """Return what the newest check found of each component of the installation.

    What asks only the database is asked again. "checker" is among them, down, where
    nothing was checked lately; while a new installation starts, neither it nor workers.
    """
    found = {
        name: finding
        for name, one in COMPONENTS.items()
        if one.is_quick and (finding := find(name, now))
    }
    if found["database"].state == HealthState.DOWN:
        return [found["database"]]
    kept = HealthPeriod.objects.of_installation().newest(since=now - TRUE_FOR)
    if not kept and not _is_too_early(found.get("workers"), now):
        found["checker"] = Finding("checker", HealthState.DOWN, UNCHECKED, 0, now)
    found = {name: of_row(row) for name, row in kept.items()} | found
    return [found[name] for name in ["checker", *COMPONENTS] if name in found]


def _is_too_early(workers: Finding | None, now: datetime) -> bool:
    """Return whether workers have yet to start, or to check anything the first time."""
    return not workers or (workers.state == HealthState.OK and is_starting(now))


def newest_findings_for(user: AnyUser, now: datetime) -> Sequence[Finding]:
    """Return the same, with the freshness of only those accounts that the user sees."""
    findings = newest_findings(now)
    if not is_limited(user):
        return findings
    accounts = CloudAccount.objects.enabled().visible_to(user)
    own = run_check(FRESHNESS, partial(freshness_of, accounts), now)
    shown = [own if one.component == FRESHNESS else one for one in findings]
    return [one for one in shown if one]


def of_row(row: HealthPeriod) -> Finding:
    return Finding(
        *(row.component, HealthState(row.state), row.message),
        *(row.response_ms, row.checked_at, row.account_id),
    )


def worst_state(findings: Sequence[Finding]) -> HealthState:
    """Return the most urgent of their states."""
    order = list(HealthState)
    return max((one.state for one in findings), key=order.index, default=HealthState.OK)


def newest_of_accounts(rows: HealthPeriodQuerySet, now: datetime) -> dict[str, Finding]:
    """Return what is known of the accounts that these rows are of, by component."""
    found = rows.exclude(account=None).newest(since=now - TRUE_FOR_ACCOUNTS)
    return {name: of_row(row) for name, row in found.items()}
