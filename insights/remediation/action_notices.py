"""Actions that wait for approval, and those that failed, reach people by alerts."""

from datetime import datetime

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from insights.models import Remediation


def queue_request_for_approval(row: Remediation, now: datetime) -> None:
    text = f"{row} in {row.account.name} waits for approval: {row.dry_run}"
    facts = Facts(Topic.REMEDIATION, Severity.INFO, row.account)
    # A repeated dry run is sent again: what is approved may differ.
    queue_notice(row, f"proposed {row.checked_at}", text, now, facts)


def queue_failure(row: Remediation, now: datetime) -> None:
    status = row.get_status_display().lower()
    text = f"{row} in {row.account.name}: {status}. {row.error}"
    facts = Facts(Topic.REMEDIATION, Severity.WARNING, row.account)
    queue_notice(row, f"{row.status} {row.attempts}", text, now, facts)
