"""What a cached answer is worth: the version of the data that it was made of."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import uuid4

from django.db.models import FilteredRelation, Q

from people.limits import Person
from syncs.models import CloudAccount, Dataset, DataVersion

# What answers tell of an account itself, or count by; its other columns are in none
# that has a version.
OF_ACCOUNT = ("pk", "account_id", "name", "payer_id", "is_payer", "is_enabled")


def move_version(account: CloudAccount, dataset: Dataset | str) -> None:
    """Whatever was made of this dataset before is stale.

    Called where the data is changed, within the same transaction.
    """
    DataVersion.objects.update_or_create(
        account=account, dataset=dataset, defaults={"version": uuid4()}
    )


def data_version(user: Person, *datasets: Dataset) -> str:
    """Names what this user sees of these datasets: it changes whenever that does.

    It covers the accounts themselves, so one that is removed, disabled, renamed, put
    under a payer, or hidden from the user changes it too. One query.
    """
    return sha256(repr(_state(user, datasets)).encode()).hexdigest()


def _state(user: Person, datasets: Sequence[Dataset]) -> list[object]:
    wanted = FilteredRelation(
        "data_versions", condition=Q(data_versions__dataset__in=datasets)
    )
    rows = (
        CloudAccount.objects.seen_by(user)
        .annotate(wanted=wanted)
        .order_by("pk", "wanted__dataset")
        .values_list(*OF_ACCOUNT, "wanted__dataset", "wanted__version")
    )
    return [datasets, list(rows)]
