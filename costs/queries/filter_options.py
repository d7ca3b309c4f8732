"""What the costs page offers to choose from: the keys that the window holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clouds.access import AnyUser
from costs.queries.query import DIMENSIONS, CostQuery
from costs.queries.source import CostSource
from costs.querysets import UNTAGGED
from providers.records import ChargeCategory

# A longer list is no list to pick from; the URL takes any key.
LONGEST = 500
COLUMNS = ("service", "region", "sub_account_id", "resource_group")
# Charges that are no usage, with a checkbox of their own: people look with and without.
EXCLUDABLE = {
    ChargeCategory.TAX.value: "Tax",
    ChargeCategory.CREDIT.value: "Credits",
    ChargeCategory.ADJUSTMENT.value: "Refunds",
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value that rows can be limited to, or of which they can be without."""

    value: str
    label: str
    is_only: bool
    is_without: bool
    can_be_left_out: bool = True


@dataclass(frozen=True, slots=True)
class Picker:
    """The two filters of one dimension, and the values they offer."""

    label: str
    only: str
    without: str
    options: Sequence[Option] = field(default_factory=tuple)

    @property
    def chosen(self) -> int:
        return sum(option.is_only for option in self.options) + sum(
            option.is_without for option in self.options if option.can_be_left_out
        )

    @property
    def is_cut(self) -> bool:
        return len(self.options) >= LONGEST


def filter_options(
    query: CostQuery,
    user: AnyUser,
    account_names: Mapping[str, str],
    tag_keys: Sequence[str],
) -> list[Picker]:
    """Return services, regions, accounts, charge categories and, where there are any,
    resource groups and tags; of costs by tag only what they tell. Four queries, and
    one for each tag key."""
    seen = CostSource.visible_to(user).in_window(query.window)
    if query.tag_key:
        by_tag = seen.by_tag(query.tag_key, user)
        services, accounts = (
            by_tag.values_of(name, LONGEST) for name in ("service", "sub_account_id")
        )
        return [
            _picker(query, "service", "Services", services, {}),
            _picker(query, "account", "Accounts", accounts, account_names),
            _tag_picker(query, seen, query.tag_key, user),
        ]
    services, regions, accounts, groups = (
        seen.values_of(name, LONGEST) for name in COLUMNS
    )
    of_groups = _picker(query, "resource_group", "Resource groups", groups, {})
    return [
        _picker(query, "service", "Services", services, {}),
        _picker(query, "region", "Regions", regions, {}),
        _picker(query, "account", "Accounts", accounts, account_names),
        _picker(
            query, "charge_category", "Charge categories", list(ChargeCategory), {}
        ),
        *([of_groups] if of_groups.options else []),
        *(_tag_picker(query, seen, key, user) for key in tag_keys),
    ]


def _tag_picker(query: CostQuery, seen: CostSource, key: str, user: AnyUser) -> Picker:
    """The values of a tag, and those charges that have none."""
    values = ["", *seen.by_tag(key, user).values_of("tag_value", LONGEST)]
    names = {f"{key}={value}": value or UNTAGGED for value in values}
    return _picker(query, "tag", f"Tag {key}", names, names)


def _picker(
    query: CostQuery,
    dimension: str,
    label: str,
    keys: Iterable[str],
    labels: Mapping[str, str],
) -> Picker:
    only, without = DIMENSIONS[dimension]
    limited, left_out = query.filters[only], query.filters[without]
    values = dict.fromkeys([*limited, *left_out, *(key for key in keys if key)])
    options = [
        Option(
            value=value,
            label=labels.get(value, value),
            is_only=value in limited,
            is_without=value in left_out,
            can_be_left_out=dimension != "charge_category" or value not in EXCLUDABLE,
        )
        for value in values
    ]
    return Picker(label, only, without, options)
