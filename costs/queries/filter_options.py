"""What the costs page offers to choose from: the keys that the window holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from clouds.access import AnyUser
from clouds.versions import data_version
from core.api.cache import computed_once, key_of
from core.money import ZERO
from costs.groupings import UNTAGGED
from costs.models import CoveredDay, TagSpan
from costs.queries.query import DIMENSIONS, CostQuery
from costs.queries.source import CostSource
from costs.querysets import within
from providers.records import ChargeCategory
from syncs.datasets import Dataset

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
    amount: Decimal | None = None


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
    def tagged_percent(self) -> float | None:
        """How much of the costs read by a tag has it, whatever the filters.

        None of what is no tag, where nothing was charged, and where credits turn the
        sums around.
        """
        amounts = {
            one.value: one.amount for one in self.options if one.amount is not None
        }
        total = sum(amounts.values(), ZERO)
        untagged = sum(
            (amount for tag, amount in amounts.items() if tag.endswith("=")), ZERO
        )
        if not 0 <= untagged <= total or not total:
            return None
        return float((total - untagged) / total * 100)

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
    resource groups and tags; of costs by tag only what they tell. One query, one for
    each tag key, and four where the same data was not asked before."""
    seen = CostSource.visible_to(user).in_window(query.window)
    if query.tag_key:
        by_tag = seen.by_tag(query.tag_key, user)
        services = by_tag.values_of("service", LONGEST)
        accounts = _accounts_by_tag(query, seen)
        return [
            _picker(query, "service", "Services", services, {}),
            _picker(query, "account", "Accounts", accounts, account_names),
            _tag_picker(query, seen, query.tag_key, user),
        ]
    services, regions, accounts, groups = computed_once(
        key_of(data_version(user, Dataset.COST), ["filter options", query.window]),
        "cost-filters",
        lambda: [seen.values_of(name, LONGEST) for name in COLUMNS],
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


def _accounts_by_tag(query: CostQuery, seen: CostSource) -> list[str]:
    """Return the accounts whose costs are known by the tag: those charged in the window
    whose bill is read by it, or that such a bill has charges of. Two queries."""
    window = query.window
    bills = TagSpan.objects.filter(
        account__in=seen.bill_spans.values("account"),
        tag_key=query.tag_key,
        first_day__lt=window.end,
        last_day__gte=window.start,
    ).order_by()
    covered = CoveredDay.objects.filter(
        within(window), account__in=bills.values("account")
    ).order_by()
    own = bills.values_list("account__account_id", flat=True)
    known = own.union(covered.values_list("sub_account_id", flat=True))
    charged = seen.by_column("sub_account_id", list(known))
    return charged.values_of("sub_account_id", LONGEST)


def _tag_picker(query: CostQuery, seen: CostSource, key: str, user: AnyUser) -> Picker:
    """The values of a tag, and those charges that have none, with what each costs."""
    by_tag = seen.by_tag(key, user)
    if query.currency:
        by_tag = by_tag.in_currency(query.currency)
    sums = dict(by_tag.by("tag_value").sums("tag_value", query.metric))
    values = ["", *sorted(value for value in sums if value)[:LONGEST]]
    names = {f"{key}={value}": value or UNTAGGED for value in values}
    amounts = {f"{key}={value}": amount for value, amount in sums.items()}
    return _picker(query, "tag", f"Tag {key}", names, names, amounts)


def _picker(
    query: CostQuery,
    dimension: str,
    label: str,
    keys: Iterable[str],
    labels: Mapping[str, str],
    amounts: Mapping[str, Decimal] | None = None,
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
            amount=(amounts or {}).get(value),
        )
        for value in values
    ]
    return Picker(label, only, without, options)
