"""What a cached answer is worth: the version of the data that it was made of."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import uuid4

from django.db.models import FilteredRelation, Q, Subquery

from people.limits import Person, is_limited
from syncs.models import CloudAccount, DataVersion, SharedVersion

# What answers tell of an account itself, or count by; its other columns are in none
# that has a version.
OF_ACCOUNT = ("pk", "account_id", "name", "payer_id", "is_payer", "is_enabled")


def move_version(account: CloudAccount, dataset: str) -> None:
    """Whatever was made of this dataset before is stale.

    Called where the data is changed, as the last thing of the same transaction: others
    that store the same dataset wait from here until it ends.
    """
    DataVersion.objects.update_or_create(
        account=account, dataset=dataset, defaults={"version": uuid4()}
    )


def move_versions(dataset: str) -> None:
    """The same for every account, in one statement.

    So all of their rows are held before the one that they share, as by a sync.
    """
    accounts = CloudAccount.objects.order_by("pk").values_list("pk", flat=True)
    DataVersion.objects.bulk_create(
        [DataVersion(account_id=pk, dataset=dataset) for pk in accounts],
        update_conflicts=True,
        unique_fields=["account", "dataset"],
        update_fields=["version"],
    )


def data_version(user: Person, *datasets: str) -> str:
    """Names what this user sees of these datasets: it changes whenever that does.

    It covers the accounts themselves, so one that is removed, disabled, renamed, put
    under a payer, or hidden from the user changes it too. One query: of a few rows for
    who sees all accounts, else of a row or more for each that the user sees.
    """
    state = _limited(user, datasets) if is_limited(user) else _shared(datasets)
    return sha256(repr(state).encode()).hexdigest()


def _shared(datasets: Sequence[str]) -> list[object]:
    subjects = [SharedVersion.ACCOUNTS, *datasets]
    rows = SharedVersion.objects.filter(subject__in=subjects).order_by("subject")
    return list(rows.values_list("subject", "version"))


def _limited(user: Person, datasets: Sequence[str]) -> list[object]:
    # An account that changes and changes back gives no state its former name.
    of_accounts = SharedVersion.objects.filter(subject=SharedVersion.ACCOUNTS)
    wanted = FilteredRelation(
        "data_versions", condition=Q(data_versions__dataset__in=datasets)
    )
    rows = (
        CloudAccount.objects.seen_by(user)
        .annotate(wanted=wanted, shared=Subquery(of_accounts.values("version")))
        .order_by("pk", "wanted__dataset")
        .values_list(*OF_ACCOUNT, "shared", "wanted__dataset", "wanted__version")
    )
    return [datasets, list(rows)]
