"""Refresh insights of one account or of all, each part on its own.

What was computed from the same data before is left alone, so that a second run changes
nothing, and the next run completes one that was killed.

It loads the statistics libraries, so only workers and commands import it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial

from django.db import InterfaceError, OperationalError

from carbon.refresh import refresh_emissions
from clouds.models import CloudAccount
from insights.anomalies.refresh import refresh_anomalies
from insights.budgets.refresh import refresh_budgets
from insights.daily_costs import read_bills
from insights.forecasts.refresh import refresh_forecasts
from insights.labels.refresh import refresh_calibrations
from insights.models import RefreshState
from insights.owners.refresh import refresh_owners
from insights.recommendations.refresh import refresh_recommendations
from insights.refresh.refresh_notices import refresh_notices
from insights.refresh.refresh_state import (
    AlreadyRefreshing,
    Part,
    claimed,
    record_part,
    stored_versions,
)

logger = logging.getLogger(__name__)

# These are of no account, and are refreshed each time, in this order: notices go by the
# teams and owners of what was found.
SHARED_PARTS = {
    Part.BUDGETS: refresh_budgets,
    Part.OWNERS: refresh_owners,
    Part.CALIBRATIONS: refresh_calibrations,
    Part.NOTICES: refresh_notices,
}


@dataclass
class Outcome:
    """The refresh of one account: rows changed by each part, and failures."""

    account: CloudAccount | None
    changed: dict[Part, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_taken: bool = False
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        account = self.account or "All accounts"
        if self.is_taken:
            return f"{account}: another process is computing them."
        counts = ", ".join(f"{count} {part}" for part, count in self.changed.items())
        line = f"{account}: {counts or 'nothing'} changed, {self.seconds:.1f} s"
        return "\n  ".join([line, *self.failures, *self.remarks])

    def refresh_part(self, part: Part, refresh: Callable[[], int]) -> None:
        """Refresh one part; record a failure, which stops no other part."""
        account = self.account or "all accounts"
        try:
            self.changed[part] = refresh()
        except (OperationalError, InterfaceError):
            raise  # without its database nothing can be computed
        except Exception as error:
            logger.exception("%s of %s failed", part, account)
            self.failures.append(
                f"{part.capitalize()} of {account}: unexpected "
                f"{type(error).__name__}: {error}"
            )


def refresh(
    accounts: Iterable[CloudAccount | None],
    now: datetime,
    *,
    parts: Sequence[Part] = tuple(Part),
    force: bool = False,
    on_progress: Callable[[str], None] = lambda sentence: None,
) -> list[Outcome]:
    """Refresh these; None is all accounts together. One that fails stops no other.

    `force` computes what is not due, too.
    """
    versions = stored_versions()
    outcomes = []
    for account in accounts:
        on_progress(f"Insights of {account or 'all accounts'}")
        outcome = Outcome(account)
        began = time.monotonic()
        try:
            with claimed(account, now) as state:
                _refresh_account(outcome, state, parts, now, force=force)
                outcome.seconds = time.monotonic() - began
                _close(state, outcome, versions.get(account, ""), parts, now)
        except AlreadyRefreshing:
            outcome.is_taken = True
        outcomes.append(outcome)
    if wanted := [part for part in SHARED_PARTS if part in parts]:
        outcomes.append(_refresh_shared(wanted, versions[None], now))
    return outcomes


def _refresh_shared(wanted: Sequence[Part], version: str, now: datetime) -> Outcome:
    """Refresh what all accounts share, which one process does at a time."""
    outcome = Outcome(None)
    try:
        with claimed(None, now):
            for part in wanted:
                outcome.refresh_part(part, partial(SHARED_PARTS[part], now))
            if wanted == [*SHARED_PARTS]:
                record_part(Part.NOTICES, version)
    except AlreadyRefreshing:
        outcome.is_taken = True
    return outcome


def _refresh_account(
    outcome: Outcome,
    state: RefreshState,
    parts: Sequence[Part],
    now: datetime,
    *,
    force: bool,
) -> None:
    account = outcome.account
    # Forecasts and anomalies are made from the same bills, which are read once.
    bills = cache(lambda: read_bills(account, now))

    def anomalies() -> int:
        last = None if force else state.parts.get(Part.ANOMALIES)
        changed, version = refresh_anomalies(account, bills(), now, last)
        state.parts[Part.ANOMALIES] = version
        return changed

    def carbon() -> int:
        if account is None:
            return 0
        last = None if force else state.parts.get(Part.CARBON)
        changed, version = refresh_emissions(account, now, last)
        state.parts[Part.CARBON] = version
        return changed

    def recommendations() -> int:
        if account is None:
            return 0
        changed, outcome.remarks = refresh_recommendations(account, now)
        return changed

    if Part.FORECASTS in parts:
        outcome.refresh_part(
            Part.FORECASTS,
            lambda: refresh_forecasts(account, bills(), now, force=force),
        )
    if Part.ANOMALIES in parts:
        outcome.refresh_part(Part.ANOMALIES, anomalies)
    if Part.CARBON in parts:
        outcome.refresh_part(Part.CARBON, carbon)
    # After carbon, as they say how much of it they save.
    if Part.RECOMMENDATIONS in parts:
        outcome.refresh_part(Part.RECOMMENDATIONS, recommendations)


def _close(
    state: RefreshState,
    outcome: Outcome,
    version: str,
    parts: Sequence[Part],
    now: datetime,
) -> None:
    """Store the outcome. The version is the newest only if all parts were computed."""
    values: dict[str, object] = {
        "parts": state.parts,
        "tried_at": now,
        "seconds": round(outcome.seconds, 3),
        "error": "\n".join(outcome.failures),
    }
    if Part.RECOMMENDATIONS in outcome.changed:
        values["remark"] = "\n".join(outcome.remarks)
    if set(Part) - SHARED_PARTS.keys() <= set(parts):
        values["version"] = version
        if not outcome.failures:
            values["refreshed_at"] = now
    RefreshState.objects.filter(pk=state.pk).update(**values)
