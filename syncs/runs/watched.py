"""Open pages show runs at work, and are notified when one goes on."""

from functools import partial

from django.db import transaction

from clouds.models import CloudAccount
from clouds.versions import bump_version, bump_versions

RUNS = "runs"


def runs_changed(account: CloudAccount | None = None) -> None:
    """Tell who watches the runs of this account, or all, once it is committed.

    Not in the same transaction: another run would wait for it until that ends. What is
    lost with a process that is killed in between, the run's next progress makes good.
    """
    tell = partial(bump_version, account) if account else bump_versions
    transaction.on_commit(partial(tell, RUNS), robust=True)
