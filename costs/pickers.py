"""What the costs page offers to choose from: the keys that the window holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from costs.models import DailyCost
from costs.question import Question

# A longer list is no list to pick from; the URL takes any key.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """A filter of the page and the values it offers."""

    name: str
    label: str
    options: Sequence[Option]

    @property
    def chosen(self) -> int:
        return sum(option.is_chosen for option in self.options)


def pickers(question: Question, account_names: Mapping[str, str]) -> list[Picker]:
    """Services, regions and accounts of the window. Three queries."""
    return [
        _picker(question, "service", "service", "Services", {}),
        _picker(question, "region", "region", "Regions", {}),
        _picker(question, "sub_account", "sub_account_id", "Accounts", account_names),
    ]


def _picker(
    question: Question, name: str, column: str, label: str, labels: Mapping[str, str]
) -> Picker:
    rows = DailyCost.objects.in_window(question.window).order_by(column)
    keys = rows.values_list(column, flat=True).distinct()[:LONGEST]
    chosen = question.filters[name]
    values = dict.fromkeys([*chosen, *(key for key in keys if key)])
    return Picker(
        name,
        label,
        [Option(value, labels.get(value, value), value in chosen) for value in values],
    )
