"""What the costs page offers to choose from: the keys that the window holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from costs.kept import kept
from costs.question import DIMENSIONS, Question
from costs.rows import rows_of
from providers.records import ChargeCategory

# A longer list is no list to pick from; the URL takes any key.
LONGEST = 500
COLUMNS = ("service", "region", "sub_account_id")
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


def pickers(question: Question, account_names: Mapping[str, str]) -> list[Picker]:
    """Services, regions, accounts and kinds of charge. A query where the cache holds
    the keys, else four."""
    services, regions, accounts = _keys(question)
    return [
        _picker(question, "service", "Services", services, {}),
        _picker(question, "region", "Regions", regions, {}),
        _picker(question, "account", "Accounts", accounts, account_names),
        _picker(
            question, "charge_category", "Charge categories", list(ChargeCategory), {}
        ),
    ]


def _keys(question: Question) -> Sequence[list[str]]:
    """The values that each column holds in the window, in their order."""
    seen = rows_of(question.user).in_window(question.window)

    def made() -> Sequence[list[str]]:
        return [list(islice(seen.values_of(name), LONGEST)) for name in COLUMNS]

    return kept("pickers", question.user, seen.rows, COLUMNS, made)


def _picker(
    question: Question,
    dimension: str,
    label: str,
    keys: Iterable[str],
    labels: Mapping[str, str],
) -> Picker:
    only, without = DIMENSIONS[dimension]
    limited, left_out = question.filters[only], question.filters[without]
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
