"""A question about line items, read from plain values and checked.

Parameters have the names that they have of costs, so that a page of costs leads to its
lines; a bill's lines tell more, and by any tag.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.http import QueryDict

from core.windows import Window
from costs.groupings import BY_TAG
from costs.queries.coverage import COMPARISONS
from costs.queries.plain_values import WITH_COMMAS, PeriodValues
from costs.queries.query import CHOICES, InvalidQuery, query_string

# Lines by themselves.
LINES = "none"


class Dimension(NamedTuple):
    """What lines are split by: its column, and the filters of its values."""

    label: str
    column: str
    only: str
    without: str


DIMENSIONS = {
    "service": Dimension("Service", "ServiceName", "service", "exclude_service"),
    "usage_type": Dimension(
        "Usage type", "SkuMeter", "usage_type", "exclude_usage_type"
    ),
    "operation": Dimension(
        "Operation", "x_Operation", "operation", "exclude_operation"
    ),
    "resource": Dimension("Resource", "ResourceId", "resource", "exclude_resource"),
    "account": Dimension(
        "Account", "SubAccountId", "sub_account", "exclude_sub_account"
    ),
    "region": Dimension("Region", "RegionId", "region", "exclude_region"),
    "charge_category": Dimension(
        "Charge category", "ChargeCategory", "charge_category", "exclude"
    ),
    "pricing_category": Dimension(
        *("Pricing category", "PricingCategory"),
        *("pricing_category", "exclude_pricing_category"),
    ),
    "resource_group": Dimension(
        *("Resource group", "x_ResourceGroup"),
        *("resource_group", "exclude_resource_group"),
    ),
    "commitment": Dimension(
        *("Commitment", "CommitmentDiscountId"),
        *("commitment", "exclude_commitment"),
    ),
}
TAGS = ("tag", "exclude_tag")
BILLS = ("provider", "account")
FILTERS = (
    *BILLS,
    *(name for one in DIMENSIONS.values() for name in (one.only, one.without)),
    *TAGS,
)
METRICS = {"billed": "BilledCost", "effective": "EffectiveCost"}
# What an explanation goes down to.
GRAINS = ("resource", "usage_type")
# A line of the table leads to the first of these that is not one value yet.
WAY_DOWN = ("service", "usage_type", "resource")
# Whose values are listed between commas, as of costs.
LISTED = {
    *BILLS,
    *(
        name
        for one in ("account", "region", "charge_category", "resource_group")
        for name in (DIMENSIONS[one].only, DIMENSIONS[one].without)
    ),
}


@dataclass(frozen=True, slots=True)
class LineQuery:
    """Which lines of whose bills, and what they are summed by.

    `group_by` is one of DIMENSIONS, `tag:KEY`, or `none`: each line by itself. An empty
    `currency` is the only one that there is.
    """

    window: Window
    period: str = ""
    compare: str = "previous"
    previous: Window | None = None
    group_by: str = "service"
    metric: str = "billed"
    currency: str = ""
    search: str = ""
    grain: str = GRAINS[0]
    filters: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: dict.fromkeys(FILTERS, ())
    )

    @classmethod
    def from_url(cls, data: QueryDict, now: datetime, default: Window) -> "LineQuery":
        """Check the parameters of a URL; without days it is about the `default`.

        Raises InvalidQuery.
        """
        return _Reader(dict(data.lists()), default).query(now)

    @property
    def compared_with(self) -> Window:
        return self.previous or COMPARISONS[self.compare](self.window)

    @property
    def cost(self) -> str:
        """Return the column of its amounts."""
        return METRICS[self.metric]

    @property
    def values(self) -> dict[str, Any]:
        """Return the plain values that ask the same."""
        previous = self.previous
        days = {"start": str(self.window.start), "end": str(self.window.end)}
        return {
            **({"period": self.period} if self.period else days),
            "previous_start": previous and str(previous.start),
            "previous_end": previous and str(previous.end),
            "compare": self.compare if self.compare != "previous" else "",
            "group_by": self.group_by if self.group_by != "service" else "",
            "metric": self.metric if self.metric != "billed" else "",
            "currency": self.currency,
            "search": self.search,
            "grain": self.grain if self.grain != GRAINS[0] else "",
            **self.filters,
        }

    def parameters(self, **changes: object) -> str:
        """Return the query string of the page, with some parameters changed."""
        return query_string({**self.values, **changes})

    def into(self, key: str) -> str:
        """Return the query of what a group is made of: one step further down."""
        if self.group_by.startswith(BY_TAG):
            value = f"{self.group_by.removeprefix(BY_TAG)}={key}"
            chosen = {"tag": [*self.filters["tag"], value]}
        else:
            chosen = {DIMENSIONS[self.group_by].only: [key]}
        held = {name for name, values in self.filters.items() if len(values) == 1}
        left = [one for one in WAY_DOWN if one not in held | chosen.keys()]
        return self.parameters(**chosen, group_by=left[0] if left else LINES)


def label_of(group_by: str) -> str:
    if group_by.startswith(BY_TAG):
        return f"Tag {group_by.removeprefix(BY_TAG)}"
    return DIMENSIONS[group_by].label if group_by in DIMENSIONS else "Line"


class _Reader(PeriodValues):
    """Reads a question of plain values."""

    with_commas = WITH_COMMAS | {*FILTERS} - LISTED

    def __init__(self, values: Mapping[str, Any], default: Window) -> None:
        super().__init__(values)
        self.default = default

    def query(self, now: datetime) -> LineQuery:
        query = LineQuery(
            window=self.window(now),
            period=self.text("period"),
            compare=self.choice("compare", COMPARISONS, "previous"),
            previous=self.previous(),
            group_by=self.group_by(),
            metric=self.choice("metric", METRICS, "billed"),
            currency=self.text("currency").upper(),
            search=self.text("search"),
            grain=self.choice("grain", GRAINS, GRAINS[0]),
            filters={name: self.filter(name) for name in FILTERS},
        )
        if self.errors:
            raise InvalidQuery(self.errors)
        return query

    def window(self, now: datetime) -> Window:
        if any(self.text(name) for name in ("start", "end", "period")):
            return super().window(now)
        return self.default

    def group_by(self) -> str:
        named = self.text("group_by") or "service"
        is_tag = named.startswith(BY_TAG) and named != BY_TAG
        if not is_tag and named not in (*DIMENSIONS, LINES):
            self.refuse_choice("group_by", named, [*DIMENSIONS, LINES, f"{BY_TAG}KEY"])
        return named

    def filter(self, name: str) -> Sequence[str]:
        values = self.texts(name)
        for value in values:
            if value not in CHOICES.get(name, (value,)):
                self.refuse_choice(name, value, CHOICES[name])
            if name in TAGS and ("=" not in value or value.startswith("=")):
                self.refuse(name, f'Give "{value}" as key=value; key= is untagged.')
        return values
