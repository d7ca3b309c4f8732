"""What costs are grouped by: the groupings that are named, and the keys of each."""

import re
from collections.abc import Sequence

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

TOTAL = "Total"
# What a series is keyed by, and the column that holds it.
GROUPS = {
    "service": "service",
    "region": "region",
    "account": "sub_account_id",
    "charge_category": "charge_category",
    "resource_group": "resource_group",
    "none": None,
}
# "tag:team" is the grouping by the values of that tag.
BY_TAG = "tag:"
# What the empty value of a tag is called.
UNTAGGED = "(untagged)"
# Between the keys of two groupings in one text: a character that no name holds.
BETWEEN_KEYS = "\x1f"
# Not within a tag key, which may hold commas.
NEXT_GROUP = re.compile(rf",\s*(?={BY_TAG}|(?:{'|'.join(GROUPS)})(?:,|\s|$))")


def groups_of(group_by: str) -> list[str]:
    """The groupings that are named, as of "account,service"; none of "none"."""
    return [group for group in NEXT_GROUP.split(group_by) if group != "none"]


def keys_of(key: str) -> list[str]:
    """The key of each grouping."""
    return key.split(BETWEEN_KEYS)


def key_cells(key: str, groups: Sequence[str]) -> list[str]:
    """A cell for each grouping: "Other" has no second key, no grouping no cell."""
    keys = keys_of(key) if groups else []
    return [*keys, *[""] * (len(groups) - len(keys))]


def column_of(group: str) -> str | None:
    """The column that holds the keys of a grouping; None where there is one key."""
    return "tag_value" if group.startswith(BY_TAG) else GROUPS[group]


def columns_of(group_by: str) -> list[str]:
    """The columns that hold the keys of each grouping."""
    return [column_of(group) or "" for group in groups_of(group_by)]


def key_expression(columns: Sequence[str]) -> Combinable:
    """What series are keyed by: "Total", a column, or two in one text."""
    if not columns:
        return Value(TOTAL)
    first, *others = map(F, columns)
    between = Value(BETWEEN_KEYS)
    return Concat(first, between, *others) if others else first
