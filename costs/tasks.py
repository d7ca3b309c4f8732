"""What a worker does."""

import logging
import time
from contextlib import suppress

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from clouds.storage import PlaceFailed
from core.db.exclusive import AlreadyRunning, exclusive
from costs.commitments.sync import read_commitments
from costs.focus.schedule import export_due_months
from costs.lines.engine import DEADLINE_SECONDS, LinesFailed
from costs.lines.loaded_lines import load_line_items
from costs.lines.refresh import refresh_lines as refresh_due_lines
from costs.lines.storage import delete_left_files
from costs.sync import read_cost
from syncs.runs.start import broker_errors
from syncs.runs.worker import execute_run

logger = logging.getLogger(__name__)

# Then it waits behind what else is queued, such as actions and the checks of health.
SECONDS_AT_ONCE = 20
# An older message is useless: the next minute's does the same.
EXPIRES_SECONDS = 60


@shared_task
def sync_cost(run_id: int) -> str:
    """Reads the costs of a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_cost)


@shared_task
def sync_commitments(run_id: int) -> str:
    """Reads the commitments of a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_commitments)


@shared_task(acks_late=False)
def export_focus() -> None:
    """Write the months of FOCUS_EXPORT_DIR that are due. Beat sends it each minute."""
    try:
        with exclusive("focus"):
            for location in export_due_months(timezone.now()):
                logger.info("focus: wrote %s", location)
    except AlreadyRunning:
        return
    except (LinesFailed, PlaceFailed, OSError) as error:
        logger.error("focus: %s", error)


@shared_task(acks_late=False)
def refresh_lines() -> None:
    """Write the lines of months whose costs changed, load what is new into the server
    of LINE_ITEMS_ENGINE, and delete what was replaced. Beat sends it each minute."""
    try:
        with exclusive("lines"):
            is_done = _refresh_lines_for_a_while()
    except AlreadyRunning:
        return
    except (LinesFailed, OSError) as error:
        logger.error("lines: %s", error)
        return
    if not is_done:
        # Questions at work may still read what the next turn drops from the server.
        wait = DEADLINE_SECONDS if settings.LINE_ITEMS_ENGINE else 0
        with suppress(*broker_errors()):  # beat sends it then
            refresh_lines.apply_async(
                retry=False, countdown=wait, expires=EXPIRES_SECONDS
            )


def _refresh_lines_for_a_while() -> bool:
    """Return whether nothing is left to do."""
    ends_at = time.monotonic() + SECONDS_AT_ONCE
    written, loaded = refresh_due_lines(timezone.now()), load_line_items()
    for done, months in (("wrote", written), ("loaded", loaded)):
        for month in months:
            logger.info("lines: %s %s", done, month)
            if time.monotonic() >= ends_at:
                return False
    delete_left_files()
    return True
