"""Reservations and plans that are paid for and not used, by a bill's line items."""

import logging
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from clouds.models import CloudAccount
from core.money import for_reading
from costs.lines.commitments import Commitment
from costs.lines.engine import LinesFailed
from costs.lines.models import LineItemMonth
from insights.recommendations.commitment_lines import settled_lines, unused_in
from insights.thresholds import thresholds

logger = logging.getLogger(__name__)

A_DAY_SECONDS = 24 * 3600
ADVICE = (
    "Move what runs on demand to what it covers, exchange it or sell it where the "
    "provider allows that, and do not renew it as it is."
)


def queue_unused_commitments(now: datetime) -> None:
    """Queue a notice, once a month, of each commitment of which much was not used in
    the last month whose days have all arrived."""
    for row in settled_lines(now):
        # Notices are refreshed each minute, and lines take a while to read.
        if not cache.add(f"unused:{row.pk}:{row.run_id}", True, A_DAY_SECONDS):
            continue
        try:
            for one in unused_in(row, thresholds()):
                _queue(row, one, now)
        except LinesFailed as error:
            logger.warning("%s: its commitments were not read. %s", row, error)


def _queue(row: LineItemMonth, one: Commitment, now: datetime) -> None:
    account: CloudAccount = row.account
    key = sha256(one.id.encode()).hexdigest()[:16]
    unused, cost = (for_reading(n, row.currency) for n in (one.unused, one.cost))
    queue_notice(
        account,
        f"unused {row.month:%Y-%m} {key}",
        f"{unused} of the {cost} that {one} in {account} cost in {row.month:%B} was "
        f"not used. {ADVICE}",
        now,
        Facts(Topic.COMMITMENT, Severity.WARNING, account, one.unused, row.currency),
        cause=ADVICE,
    )
