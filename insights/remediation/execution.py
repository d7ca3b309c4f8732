"""What a worker does with an action: its dry run, or the action itself, once.

A claim with heartbeats keeps two workers from one action. What a killed worker left is
taken up again as a repeated action, which the cloud's own keys and states keep from
being done twice; after some attempts its outcome is unknown, and a user decides.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from clouds.demo_clock import account_now
from core.clocks import recent
from core.db.storable import storable
from insights.models import Recommendation, Remediation
from insights.remediation.action_notices import (
    queue_failure,
    queue_request_for_approval,
)
from insights.remediation.action_status import transition
from insights.remediation.approval import require_approver
from insights.remediation.executors import Outcome, executor_of
from insights.transitions import InvalidTransition, change_status_by
from providers.acting import UNSURE
from providers.errors import ProviderError
from syncs.runs.processes import is_dead, mark_of, own_mark
from syncs.runs.stopping import Stopped, stoppable
from users.audit import Actor

logger = logging.getLogger(__name__)

Status = Remediation.Status
MOST_ATTEMPTS = 3
LOOK = "Look at the resource in its cloud, then resume the action or leave it."


class ClaimLost(Exception):
    """Another worker took the action, as this one was taken for dead."""


@dataclass
class Attempt:
    """One worker at work on one action, which it has claimed."""

    row: Remediation
    started_at: datetime
    _began: float = field(default_factory=time.monotonic)
    _last: str = ""

    @property
    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=time.monotonic() - self._began)

    def progress(self, sentence: str) -> None:
        """Log what the cloud says, once, as a heartbeat. Raise ClaimLost."""
        held = Remediation.objects.filter(pk=self.row.pk, held_by=own_mark())
        if held.update(heartbeat_at=self.now) != 1:
            raise ClaimLost
        if sentence != self._last:
            self._last = sentence
            self.row.write_line(storable(sentence), self.now)

    def release(self) -> None:
        held = Remediation.objects.filter(pk=self.row.pk, held_by=own_mark())
        held.update(held_by="")


def work_on(remediation_id: int) -> str:
    """Do what the action waits for; a second delivery of it does nothing."""
    now = timezone.now()
    row = claim(remediation_id, now)
    if row is None:
        return "taken"
    attempt = Attempt(row, now)
    try:
        with stoppable():
            if row.status == Status.PROPOSED:
                try_without_doing(attempt)
            else:
                run(attempt)
    except ClaimLost:
        logger.warning("action %s was taken over by another worker", row.pk)
    except Stopped:
        row.write_line("Its worker was stopped; it is taken up again.", attempt.now)
    finally:
        attempt.release()
    return str(row.status)


def claim(remediation_id: int, now: datetime) -> Remediation | None:
    """Return the action, held by this process; None where nothing is to be done."""
    same = Remediation.objects.filter(pk=remediation_id).to_work_on()
    for mark in same.exclude(held_by="").values_list("held_by", flat=True):
        if is_dead(mark):
            same.filter(held_by=mark).update(held_by="")
    silence = timedelta(seconds=settings.RUN_ABANDONED_AFTER_SECONDS)
    free = Q(held_by="") | ~recent("heartbeat_at", now, silence)
    if same.filter(free).update(held_by=own_mark(), heartbeat_at=now) != 1:
        return None
    related = ("account", "resource", "run", "recommendation", "undoes", "schedule")
    return Remediation.objects.select_related(*related).get(pk=remediation_id)


def try_without_doing(attempt: Attempt) -> None:
    """Store what the cloud says to it, and the resource as it is: what is approved."""
    row = attempt.row
    try:
        dry_run, expected = executor_of(row, attempt.now).dry_run(row)
    except ProviderError as failure:
        _store_dry_run(attempt, error=storable(str(failure)))
    except Exception as failure:
        reason = f"Unexpected {type(failure).__name__}: {failure}."
        _store_dry_run(attempt, error=storable(reason))
        raise
    else:
        _store_dry_run(attempt, dry_run, expected)


def _store_dry_run(
    attempt: Attempt,
    dry_run: str = "",
    expected: Mapping[str, Any] | None = None,
    error: str = "",
) -> None:
    row = attempt.row
    same = Remediation.objects.filter(pk=row.pk, status=Status.PROPOSED)
    with transaction.atomic():
        stored = same.update(
            dry_run=dry_run,
            dry_run_error=error,
            expected=expected or {},
            checked_at=attempt.now,
            # So that nobody approves what they have not seen.
            version=F("version") + 1,
        )
        if not stored:
            return  # it was rejected or cancelled meanwhile
        row.refresh_from_db()
        row.write_line(f"Dry run: {dry_run or error}", attempt.now)
        if not error:
            queue_request_for_approval(row, attempt.now)


def run(attempt: Attempt) -> None:
    """Do it, and store what became of it."""
    row = attempt.row
    attempts = row.attempts + 1
    if row.status == Status.APPROVED:
        transition(row, "start", attempt.now, attempts=attempts, started_at=attempt.now)
    elif attempts > MOST_ATTEMPTS:
        return _close(attempt, "lose", f"Its worker ended again and again. {LOOK}")
    else:
        Remediation.objects.filter(pk=row.pk).update(attempts=attempts)
        row.refresh_from_db()
        row.write_line(f"Taken up again, attempt {attempts}.", attempt.now)
    try:
        if attempts == 1:
            require_approver(row)  # what has begun is brought to its end
        executor = executor_of(row, attempt.now)
        outcome = executor.act(row, attempt.progress, is_repeated=attempts > 1)
    except ProviderError as error:
        _store_failure(attempt, error)
    except (ClaimLost, Stopped):
        raise
    except Exception as error:
        _close(attempt, "lose", f"Unexpected {type(error).__name__}: {error}. {LOOK}")
        raise
    else:
        _store_success(attempt, outcome)
    return None


def _store_failure(attempt: Attempt, error: ProviderError) -> None:
    if error.kind not in UNSURE:
        _close(attempt, "fail", str(error))
    elif attempt.row.attempts < MOST_ATTEMPTS:
        attempt.progress(f"{error} It is looked at again in a minute.")
    else:
        _close(attempt, "lose", f"{error} {LOOK}")


def _close(attempt: Attempt, name: str, error: str) -> None:
    row, error = attempt.row, storable(error)
    with transaction.atomic():
        now = attempt.now
        transition(row, name, now, note=error, error=error, finished_at=now)
        queue_failure(row, now)


def _store_success(attempt: Attempt, outcome: Outcome) -> None:
    row, now = attempt.row, attempt.now
    answer = storable(outcome.answer)
    with transaction.atomic():
        transition(
            row,
            "succeed",
            now,
            note=answer,
            answer=answer,
            error="",
            finished_at=now,
            undo=outcome.undo,
        )
        _follow_recommendation(row, now)
        if row.undoes is not None and row.undoes.can_be_undone:
            note = f"Rolled back by action {row.pk}."
            transition(row.undoes, "roll_back", now, note=note)
    for sentence in outcome.follow_up(row, now):
        row.write_line(sentence, now)


def _follow_recommendation(row: Remediation, now: datetime) -> None:
    """What is carried out is done, and verified by later bills; undone it is open."""
    now = account_now(row.account, now)  # bills are of its own days
    done = row.recommendation
    undone = row.undoes.recommendation if row.undoes else None
    if done is not None and done.is_live:
        begun = row.traits.only_begins
        status = (
            Recommendation.Status.IN_PROGRESS if begun else Recommendation.Status.DONE
        )
        if done.status != status:
            _change(done, status, f"By action {row.pk}.", row, now)
    if undone is not None and undone.status in (
        Recommendation.Status.IN_PROGRESS,
        Recommendation.Status.DONE,
    ):
        note = f"Action {row.undoes_id} was rolled back by action {row.pk}."
        _change(undone, Recommendation.Status.OPEN, note, row, now)


def _change(
    recommendation: Recommendation,
    status: str,
    note: str,
    row: Remediation,
    now: datetime,
) -> None:
    """In the name of who approved it; a newer recommendation may be in its place."""
    actor = Actor(row.approver, row.approved_by)
    version = recommendation.version
    try:
        with transaction.atomic():
            change_status_by(actor, recommendation, status, version, now, note=note)
    except InvalidTransition as error:
        row.write_line(f"The recommendation stays as it is: {error}", now)


def acting_processes(process_ids: list[int]) -> list[int]:
    """Return those of these processes of this host that work on an action."""
    marks = {mark_of(process_id): process_id for process_id in process_ids}
    held = Remediation.objects.filter(held_by__in=list(marks)).to_work_on()
    return [marks[mark] for mark in held.values_list("held_by", flat=True)]
