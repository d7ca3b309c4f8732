"""What was found reaches people through the alert channels."""

from datetime import datetime

from alerts.models import Notice
from insights.anomalies.notices import queue_anomalies, queue_ends
from insights.owners.notices import queue_due


def refresh_notices(now: datetime) -> int:
    """Queue the notices of anomalies, and of what is due; return how many are new."""
    before = Notice.objects.count()
    queue_anomalies(now)
    queue_ends(now)
    queue_due(now)
    return Notice.objects.count() - before
