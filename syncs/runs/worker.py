"""What a worker does with one queued run."""

import logging
import time
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
    accepted = time.monotonic()  # Celery's time limit counts from here
    run = take(run_id, timezone.now())
    if run is None:
        return "taken"
    try:
        with stoppable(accepted):
            return read(run).status
    finally:
        if run.backfill_window_id is not None:
            try:
                # Its next part need not wait for the next tick.
                advance_backfills(timezone.now())
            except BrokerUnavailable as error:
                logger.error("%s", error)  # the next tick tries again
