"""What a worker does with one queued run."""

import logging
from collections.abc import Callable

from django.utils import timezone

from syncs.backfills.planning import advance_backfills
from syncs.models import SyncRun
from syncs.runs.claims import take
from syncs.runs.start import BrokerUnavailable
from syncs.runs.stopping import stoppable

logger = logging.getLogger(__name__)


def execute_run(run_id: int, read: Callable[[SyncRun], SyncRun]) -> str:
    """Read a queued run; a second delivery of the same message does nothing."""
    run = take(run_id, timezone.now())
    if run is None:
        return "taken"
    try:
        with stoppable():
            return read(run).status
    finally:
        if run.backfill_window_id is not None:
            # Its next part need not wait for the next look at what is due.
            _go_on()


def _go_on() -> None:
    try:
        advance_backfills(timezone.now())
    except BrokerUnavailable as error:
        logger.error("%s", error)  # the next look tries again
