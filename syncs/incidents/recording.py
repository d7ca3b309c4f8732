"""Incidents: a dataset that is stale or goes on failing, from when to when."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice, withdraw
from clouds.models import CloudAccount
from syncs.datasets import Dataset, why_not
from syncs.models import Incident, SyncRun
from syncs.runs.freshness import Freshness, State, freshness

# One failure is what the next try is for.
FAILING_ATTEMPTS = 2
OPENED, CLOSED = "opened", "closed"


def update_incidents(now: datetime) -> None:
    """Open and close incidents by what freshness says now, and queue their notices."""
    accounts = CloudAccount.objects.enabled().at_present().select_related("payer")
    record_incidents(freshness(accounts, now), now)
    # Each time, so that a channel that was configured since hears of it too.
    for incident in Incident.objects.open().select_related("account").order_by("pk"):
        queue_notice(
            incident,
            OPENED,
            incident.sentence,
            now,
            _facts(incident, Severity(incident.severity)),
            cause=incident.cause,
        )


def record_incidents(found: Sequence[Freshness], now: datetime) -> None:
    """Keep one open incident for each dataset that needs attention, and no other."""
    wrong = {
        (one.account.pk, one.dataset.value): one
        for one in found
        if needs_attention(one)
    }
    open_ones = Incident.objects.open().select_related("account__payer")
    for incident in open_ones.order_by("pk"):
        if (incident.account_id, incident.dataset) not in wrong:
            close_incident(incident, now)
        wrong.pop((incident.account_id, incident.dataset), None)
    # A run that is active now may end it in a moment.
    active = set(SyncRun.objects.active().ordinary().values_list("account", "dataset"))
    for key, one in wrong.items():
        if key in active:
            continue
        is_partial = one.state == State.PARTIAL
        try:
            with transaction.atomic():
                Incident.objects.create(
                    account=one.account,
                    dataset=one.dataset,
                    severity=Severity.WARNING if is_partial else Severity.CRITICAL,
                    sentence=one.sentence,
                    cause=one.cause,
                    opened_at=now,
                )
        except IntegrityError:
            continue  # another scheduler has recorded it


def needs_attention(one: Freshness) -> bool:
    if one.state in (State.FAILING, State.PARTIAL):
        return one.last_run is not None and one.last_run.attempt >= FAILING_ATTEMPTS
    return one.state == State.STALE


def close_incident(incident: Incident, now: datetime) -> None:
    """Close it, and queue a notice to each channel that took the one of its opening.

    One that is being sent at this moment counts as taken.
    """
    with transaction.atomic():
        same = Incident.objects.open().filter(pk=incident.pk)
        if not same.update(closed_at=now):
            return  # another scheduler has closed it
        withdraw(incident, OPENED)
        queue_notice(
            incident,
            CLOSED,
            _closing_sentence(incident),
            now,
            _facts(incident, Severity.INFO),
            cause=incident.cause,
            channels=incident.notices.values_list("channel", flat=True),
            is_end=True,
        )


def _facts(incident: Incident, severity: Severity) -> Facts:
    return Facts(Topic.FRESHNESS, severity, incident.account)


def _closing_sentence(incident: Incident) -> str:
    account, dataset = incident.account, Dataset(incident.dataset)
    what = f"{dataset.label} of {account}"
    if not account.is_enabled:
        return f"{what} is not read any more: the account is disabled."
    return why_not(account, dataset) or f"{what} is read again."
