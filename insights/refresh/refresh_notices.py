"""What was found reaches people through the alert channels."""

from datetime import datetime

from alerts.models import Notice
from insights.anomalies.anomaly_notices import queue_anomalies, queue_ends
from insights.owners.notices import queue_due
from insights.refresh.commitment_notices import queue_ended_commitments
from insights.refresh.unused_commitments import queue_unused_commitments


def refresh_notices(now: datetime) -> int:
    """Queue notices of anomalies, commitments and due dates; return how many."""
    before = Notice.objects.count()
    queue_anomalies(now)
    queue_ends(now)
    queue_due(now)
    queue_ended_commitments(now)
    queue_unused_commitments(now)
    return Notice.objects.count() - before
