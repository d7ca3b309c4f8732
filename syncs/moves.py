"""How pages, API and admin start, pause and cancel a backfill."""

from collections.abc import Callable
from datetime import datetime

from syncs.backfills import advance_backfills, begin, cancel, pause
from syncs.models import Backfill

Step = Callable[[Backfill, datetime], bool]

# name -> (what does it, how it is said that it was done)
MOVES: dict[str, tuple[Step, str]] = {
    "start": (begin, "started"),
    "pause": (pause, "paused"),
    "cancel": (cancel, "cancelled"),
}


class CannotMove(Exception):
    """It is not in a state from which it could; the message says in which."""


def move(backfill: Backfill, name: str, now: datetime) -> str:
    """Does one of MOVES and says so; a paused one is resumed by "start".

    Its first windows are queued at once. Raises CannotMove, and BrokerUnavailable when it was
    started but no worker can be told: it then goes on when the queue is back.
    """
    step, done = MOVES[name]
    if not step(backfill, now):
        raise CannotMove(
            f"Backfill {backfill.pk} can't be {done}: it is "
            f"{backfill.get_status_display().lower()}."
        )
    if name == "start":
        advance_backfills(now)
    return f"Backfill {backfill.pk} was {done}."
