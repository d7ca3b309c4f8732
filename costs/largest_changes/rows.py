"""The largest changes as rows of a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clouds.access import AnyUser
from clouds.models import CloudAccount
from costs.export import name_cells, name_columns
from costs.largest_changes.ranking import LargestChanges

COLUMNS = ["cost", "before", "change", "change_percent", "currency"]


def change_rows(
    found: LargestChanges, account_names: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    """The header, and a row per change."""
    groups = found.query.groups
    yield [*name_columns(groups), *COLUMNS]
    for one in found.changes:
        names = name_cells(one.key, groups, account_names)
        amounts = [one.total, one.before, one.change, one.change_percent]
        yield [*names, *amounts, found.query.currency]


def ids_of(found: LargestChanges, user: AnyUser) -> list[str]:
    """Return the ids of the accounts that are not compared."""
    seen = CloudAccount.objects.visible_to(user).filter(pk__in=found.not_compared)
    return sorted(seen.values_list("account_id", flat=True))
