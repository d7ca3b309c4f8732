"""Refresh insights of one account or of all, each part on its own.

What was computed from the same data before is left alone, so that a second run changes
nothing, and the next run completes one that was killed.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from django.db import InterfaceError, OperationalError

from clouds.models import CloudAccount
from insights.anomalies.refresh import source_of
from insights.anomalies.store import store_anomalies
from insights.budgets.refresh import refresh_budgets
from insights.daily_costs import Bill, read_bills
from insights.forecasts.refresh import refresh_forecasts
from insights.models import RefreshState
from insights.recommendations.refresh import refresh_recommendations
from insights.refresh_state import AlreadyRefreshing, claimed, stored_versions
from insights.removed_accounts import forget_removed_accounts

logger = logging.getLogger(__name__)

Progress = Callable[[str], None]


class Part(StrEnum):
    """A part that can be refreshed on its own."""

    FORECASTS = "forecasts"
    ANOMALIES = "anomalies"
    RECOMMENDATIONS = "recommendations"
    BUDGETS = "budgets"


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
        """A line for people."""
        whose = self.account or "All accounts"
        if self.is_taken:
            return f"{whose}: another process is computing them."
        counts = ", ".join(f"{count} {part}" for part, count in self.changed.items())
        line = f"{whose}: {counts or 'nothing'} changed, {self.seconds:.1f} s"
        return "\n  ".join([line, *self.failures, *self.remarks])


def refresh(
    accounts: Iterable[CloudAccount | None],
    now: datetime,
    *,
    parts: Sequence[Part] = tuple(Part),
    anew: bool = False,
    on_progress: Progress = lambda sentence: None,
) -> list[Outcome]:
    """Refresh these; None is all accounts together. One that fails stops no other."""
    versions = stored_versions()
    outcomes = []
    for account in accounts:
        on_progress(f"Insights of {account or 'all accounts'}")
        began = time.monotonic()
        outcome = _refresh_one(account, versions.get(account, ""), parts, now, anew)
        outcome.seconds = time.monotonic() - began
        outcomes.append(outcome)
    if Part.BUDGETS in parts:
        outcomes.append(_refresh_budgets(now))
    return outcomes


def _refresh_one(
    account: CloudAccount | None,
    version: str,
    parts: Sequence[Part],
    now: datetime,
    anew: bool,
) -> Outcome:
    outcome = Outcome(account)
    try:
        with claimed(account, now) as state:
            began = time.monotonic()
            if account is None:
                forget_removed_accounts(state)
            for part, make in _steps(account, state, outcome, now, anew).items():
                if part in parts:
                    _try(outcome, part, make)
            _close(state, outcome, version, parts, now, time.monotonic() - began)
    except AlreadyRefreshing:
        outcome.is_taken = True
    return outcome


def _steps(
    account: CloudAccount | None,
    state: RefreshState,
    outcome: Outcome,
    now: datetime,
    anew: bool,
) -> dict[Part, Callable[[], int]]:
    @cache
    def read() -> list[Bill]:
        # Forecasts and anomalies are made from the same bills, which are read once.
        return read_bills(account, now)

    def forecasts() -> int:
        return refresh_forecasts(account, read(), now, anew=anew)

    def anomalies() -> int:
        source = source_of(account, read(), now)
        if not anew and state.parts.get(Part.ANOMALIES) == source.version:
            return 0
        changed = store_anomalies(account, source.anomalies(), now)
        state.parts[Part.ANOMALIES] = source.version
        return changed

    def recommendations() -> int:
        if account is None:
            return 0
        changed, outcome.remarks = refresh_recommendations(account, now)
        return changed

    return {
        Part.FORECASTS: forecasts,
        Part.ANOMALIES: anomalies,
        Part.RECOMMENDATIONS: recommendations,
    }


def _try(outcome: Outcome, part: Part, make: Callable[[], int]) -> None:
    """Refresh one part. A failure is recorded, and stops neither other parts."""
    whose = outcome.account or "all accounts"
    try:
        outcome.changed[part] = make()
    except (OperationalError, InterfaceError):
        raise  # without its database nothing can be computed
    except Exception as error:
        logger.exception("%s of %s failed", part, whose)
        outcome.failures.append(
            f"{part.capitalize()} of {whose}: unexpected {type(error).__name__}: "
            f"{error}"
        )


def _close(
    state: RefreshState,
    outcome: Outcome,
    version: str,
    parts: Sequence[Part],
    now: datetime,
    seconds: float,
) -> None:
    """Store the outcome. The version is the newest only if all parts were computed."""
    values: dict[str, object] = {
        "parts": state.parts,
        "tried_at": now,
        "seconds": round(seconds, 3),
        "error": "\n".join(outcome.failures),
    }
    if Part.RECOMMENDATIONS in outcome.changed:
        values["remark"] = "\n".join(outcome.remarks)
    if set(Part) - {Part.BUDGETS} <= set(parts):
        values["version"] = version
        if not outcome.failures:
            values["refreshed_at"] = now
    RefreshState.objects.filter(pk=state.pk).update(**values)


def _refresh_budgets(now: datetime) -> Outcome:
    outcome = Outcome(None)
    _try(outcome, Part.BUDGETS, lambda: refresh_budgets(now))
    return outcome
