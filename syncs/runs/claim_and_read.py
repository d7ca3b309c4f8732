"""A sync as commands and the demo run it: a claim, and what a worker does after it."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import User

from clouds.models import CloudAccount
from core.windows import Window
from providers.base import Progress
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import say_nothing


def claim_and_read(
    dataset: Dataset,
    read: Callable[[SyncRun, Progress], SyncRun],
    account: CloudAccount,
    now: datetime,
    *,
    window: Window | None = None,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Read a dataset of the account: the window, or else what is due.

    A read that fails closes the run with its reason and changes nothing else. Raises
    SlotTaken, Refused and InvalidWindow before anything is read.
    """
    run = claim(account, dataset, now, window=window, trigger=trigger, user=user)
    return read(run, on_progress)
