"""What a worker does."""

import logging

from celery import shared_task
from django.utils import timezone

from clouds.storage import PlaceFailed
from core.db.exclusive import AlreadyRunning, exclusive
from costs.commitments.sync import read_commitments
from costs.focus.schedule import export_due_months
from costs.lines.engine import LinesFailed
from costs.lines.loaded_lines import load_line_items
from costs.lines.refresh import refresh_lines as refresh_due_lines
from costs.lines.storage import delete_left_files
from costs.sync import read_cost
from syncs.runs.worker import execute_run

logger = logging.getLogger(__name__)


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
            for month in refresh_due_lines(timezone.now()):
                logger.info("lines: wrote %s", month)
            for month in load_line_items():
                logger.info("lines: loaded %s", month)
            delete_left_files()
    except AlreadyRunning:
        return
    except (LinesFailed, OSError) as error:
        logger.error("lines: %s", error)
