"""The version of data, by which a cached answer is valid or stale."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import uuid4

from django.db import connection
from django.db.models import FilteredRelation, Q, Subquery

from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount, DataVersion, SharedVersion
from core.db.upsert import upsert

# PostgreSQL tells who listens to it that a version was changed, when that is committed.
CHANNEL = "cloudintel_versions"
# In SQL, as it is read before every answer and takes longer to compile than to run.
SHARED_VERSIONS = "SELECT subject, version FROM clouds_sharedversion WHERE subject IN"


def bump_version(account: CloudAccount | None, dataset: str) -> None:
    """Make every earlier answer of this dataset stale; None is all accounts together.

    Called where the data is changed, as the last thing of the same transaction: others
    that store the same dataset wait from here until it ends.
    """
    _move([account.pk] if account else [], dataset)


def bump_versions(dataset: str) -> None:
    """Do the same for every account."""
    _move(CloudAccount.objects.order_by("pk").values_list("pk", flat=True), dataset)


def _move(account_ids: Iterable[int], dataset: str) -> None:
    """Lock the rows of the accounts before the one that they share."""
    columns = ("account_id", "dataset", "version")
    rows = [(pk, dataset, uuid4()) for pk in account_ids]
    upsert(DataVersion, columns, rows, key=columns[:2])
    bump_shared_version(dataset)


def bump_shared_version(subject: str) -> None:
    """Make every answer of a dataset, or of SharedVersion.ACCOUNTS, stale.

    Called within the transaction that changes it.
    """
    rows = [(subject, uuid4())]
    upsert(SharedVersion, ("subject", "version"), rows, key=["subject"])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def data_version(user: AnyUser, *datasets: str) -> str:
    """Return the version of what this user sees of these datasets.

    It covers the accounts themselves, so one that is removed, disabled, renamed, put
    under a payer, or hidden from the user changes it too. One query: of a few rows for
    users who see all accounts, else of a row or more for each that they see.
    """
    state = _limited(user, datasets) if is_limited(user) else _shared(datasets)
    return sha256(repr(state).encode()).hexdigest()


def _shared(datasets: Sequence[str]) -> list[object]:
    subjects = [SharedVersion.ACCOUNTS, *datasets]
    marks = ", ".join(["%s"] * len(subjects))
    with connection.cursor() as cursor:
        cursor.execute(f"{SHARED_VERSIONS} ({marks}) ORDER BY subject", subjects)
        return cursor.fetchall()


def _limited(user: AnyUser, datasets: Sequence[str]) -> list[object]:
    of_accounts = SharedVersion.objects.filter(subject=SharedVersion.ACCOUNTS)
    wanted = FilteredRelation(
        "data_versions", condition=Q(data_versions__dataset__in=datasets)
    )
    rows = (
        CloudAccount.objects.visible_to(user)
        .annotate(wanted=wanted, shared=Subquery(of_accounts.values("version")))
        .order_by("pk", "wanted__dataset")
        .values_list("pk", "shared", "wanted__dataset", "wanted__version")
    )
    return [datasets, list(rows)]
