"""Who presents the demo, what is still to be done, and the one process that does it.

The row is the truth: a message to a worker only says that there is something to do.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clouds.models import DemoCompany
from clouds.versions import bump_version
from core.clocks import is_recent, recent
from core.refusals import Refusal
from core.windows import utc_day
from dashboard.demo.perform import perform
from providers.demo.scenario_files import Scenario, Scene, scenarios
from providers.demo.steps import Act, Step, parse_step
from providers.demo.steps import InvalidStep as InvalidStep
from syncs.runs.claims import SlotTaken
from syncs.runs.processes import is_dead, own_mark
from syncs.runs.start import broker_errors
from users.audit import Actor, record_by

# The permission to do so.
CONTROL = "clouds.control_demo"
# A presenter who did nothing for so long has left.
PRESENTS_FOR = timedelta(minutes=10)
# A process on another host cannot be seen from here; after so long it is abandoned.
HELD_AT_MOST = timedelta(minutes=10)
MOST_STEPS = 100
# The subject of the version that open pages of the demo follow.
DEMO = "demo"

Tell = Callable[[str], object]


class OtherPresenter(Refusal):
    """Somebody else is presenting the demo; the message says who, and until when."""


class Busy(Exception):
    """Another process is doing the steps."""


def company() -> DemoCompany:
    return DemoCompany.objects.filter(pk=DemoCompany.ONLY).first() or DemoCompany()


@contextmanager
def presenting(actor: Actor, now: datetime) -> Iterator[DemoCompany]:
    """Hold the row for one change by this presenter. Raises OtherPresenter."""
    with transaction.atomic():
        DemoCompany.objects.get_or_create(pk=DemoCompany.ONLY)
        row = DemoCompany.objects.select_for_update().get(pk=DemoCompany.ONLY)
        other = presenter_of(row, now)
        if other and other != actor.name and row.presenter_active_at:
            until = row.presenter_active_at + PRESENTS_FOR
            raise OtherPresenter(
                f"{other} is presenting the demo. Ask them to release it, or take it "
                f"over after {until:%H:%M} UTC if they do nothing more."
            )
        row.presenter, row.presenter_active_at = actor.name, now
        yield row
        row.save()
        bump_version(None, DEMO)


def presenter_of(row: DemoCompany, now: datetime) -> str:
    """Return who presents it; "" once they did nothing for a while."""
    at = row.presenter_active_at
    return row.presenter if at and is_recent(at, now, PRESENTS_FOR) else ""


def queue(given: Sequence[Mapping[str, Any]], actor: Actor, now: datetime) -> None:
    """Add the steps that are written so to what is to be done. Raises
    OtherPresenter and InvalidStep."""
    steps = [parse_step(one) for one in given]
    with presenting(actor, now) as row:
        if len(row.steps) + len(steps) > MOST_STEPS:
            raise InvalidStep(f"At most {MOST_STEPS} steps wait. Stop those first.")
        row.steps += [step.given for step in steps]
        row.error = ""
        for step in steps:
            record_by(actor, "demo.step", row, **step.given)


def play_scene(actor: Actor, now: datetime, name: str = "") -> Scene:
    """Begin the scenario of that name, or go to the next scene of the one that is
    played; what was still to be done is left out. Raises OtherPresenter
    and InvalidStep."""
    with presenting(actor, now) as row:
        if name:
            row.scenario, row.scene = name, 0
        scenes = scenario_of(row).scenes
        if row.scene >= len(scenes):
            raise InvalidStep("That was the last scene. Choose another scenario.")
        scene = scenes[row.scene]
        row.scene += 1
        row.steps, row.error = [step.given for step in scene.steps], ""
        record_by(actor, "demo.scene", row, scenario=row.scenario, scene=row.scene)
    return scene


def scenario_of(row: DemoCompany) -> Scenario:
    """Return the one that is played. Raises InvalidStep."""
    found = scenarios().get(row.scenario)
    if found is None:
        known = ", ".join(scenarios())
        raise InvalidStep(f"scenario: {row.scenario!r} is none. Use one of {known}.")
    return found


def send() -> None:
    """Tell a worker that steps wait. If the queue is unreachable, the scheduler does
    them a minute later."""
    with contextlib.suppress(*broker_errors()):
        current_app.send_task("dashboard.tasks.play_demo", retry=False)


def change_play(what: str, actor: Actor, now: datetime) -> bool:
    """Pause, resume or release; return whether there is such a thing."""
    if what == "release":
        release(actor, now)
    elif what in ("pause", "resume"):
        pause(actor, now, is_paused=what == "pause")
    else:
        return False
    return True


def pause(actor: Actor, now: datetime, *, is_paused: bool) -> None:
    """Stop after the step that is at work, or resume. Raises OtherPresenter."""
    with presenting(actor, now) as row:
        row.is_paused = is_paused
        record_by(actor, "demo.pause" if is_paused else "demo.resume", row)


def release(actor: Actor, now: datetime) -> None:
    """Forget what is still to be done, and release the demo. Raises OtherPresenter."""
    with presenting(actor, now) as row:
        row.steps, row.is_paused, row.error = [], False, ""
        row.scenario, row.scene, row.presenter = "", 0, ""
        record_by(actor, "demo.release", row)


@contextmanager
def _held(now: datetime) -> Iterator[None]:
    """Be the one process that does the steps. Raises Busy."""
    row = DemoCompany.objects.filter(pk=DemoCompany.ONLY)
    holder = row.values_list("held_by", flat=True).first()
    if holder and is_dead(holder):
        row.filter(held_by=holder).update(held_by="")
    free = Q(held_by="") | ~recent("held_at", now, HELD_AT_MOST)
    if row.filter(free).update(held_by=own_mark(), held_at=now) != 1:
        raise Busy("Another process is doing the demo's steps.")
    bump_version(None, DEMO)
    try:
        yield
    finally:
        row.filter(held_by=own_mark()).update(held_by="", held_at=None)
        bump_version(None, DEMO)


def play(tell: Tell = lambda sentence: None) -> int:
    """Do the steps that wait, until they are done, paused or one fails; return how many
    were done. Raises Busy."""
    done, row = 0, company()
    if row.is_paused or not row.steps:
        return done
    with _held(timezone.now()):
        while (step := _next()) is not None:
            began = time.monotonic()
            try:
                tell(_do(step))
            except (InvalidStep, SlotTaken) as error:
                _close(step, error=str(error))
                tell(str(error))
                break
            except Exception as error:
                _close(step, error=f"Unexpected {type(error).__name__}: {error}")
                raise
            done += 1
            _wait(step, began)
    return done


def _next() -> Step | None:
    row = company()
    DemoCompany.objects.filter(pk=row.pk).update(held_at=timezone.now())
    return parse_step(row.steps[0]) if row.steps and not row.is_paused else None


def _do(step: Step) -> str:
    row = company()
    outcome = perform(step, timezone.now(), row.presenter or "the demo's presenter")
    _close(step, days=_days_between(row.clock, company().clock), outcome=outcome)
    return outcome


def _days_between(before: datetime | None, after: datetime | None) -> int | None:
    """Return how many days it moved on; None once it is at our present."""
    return (utc_day(after) - utc_day(before)).days if before and after else None


def _close(
    step: Step, *, days: int | None = None, outcome: str = "", error: str = ""
) -> None:
    """Take the step off the list, or its days; an error ends the list."""
    with transaction.atomic():
        row = DemoCompany.objects.select_for_update().get(pk=DemoCompany.ONLY)
        if row.steps and parse_step(row.steps[0]) == step:
            row.steps = row.steps[1:]
            left = 0 if days is None else (step.days or 1) - days
            if step.do is Act.ADVANCE and left:
                row.steps = [replace(step, days=left).given, *row.steps]
        if error:
            row.steps = []
        row.outcome, row.error = outcome, error
        row.save(update_fields=["steps", "outcome", "error"])
        bump_version(None, DEMO)


def _wait(step: Step, began: float) -> None:
    """Wait for the rest of a day's share of a minute, without missing a pause."""
    if step.per_minute:
        until = began + 60 / step.per_minute
        while (left := until - time.monotonic()) > 0 and not company().is_paused:
            time.sleep(min(left, 0.5))
