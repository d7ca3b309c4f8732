"""What pages and admin say of syncs that their user starts."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from clouds.models import CloudAccount
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.start import BrokerUnavailable, start_syncs
from users.audit import actor_of


def start_and_report(
    request: HttpRequest,
    accounts: Sequence[CloudAccount],
    datasets: Sequence[Dataset],
    trigger: SyncRun.Trigger,
) -> None:
    """Start what can be started; say what was started, what was not, and why."""
    try:
        started = start_syncs(
            accounts,
            datasets,
            timezone.now(),
            trigger=trigger,
            actor=actor_of(request),
        )
    except BrokerUnavailable as error:
        messages.error(request, str(error))
        return
    sentences = started.sentences()
    if started.runs:
        messages.success(request, sentences.pop(0))
    elif not sentences:
        sentences = ["Nothing was started: no enabled account has this."]
    for sentence in sentences:
        messages.warning(request, sentence)
