"""Line items on the wire; amounts are decimal strings in the currency beside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from core.api.amounts import AmountField
from core.api.pagination import LARGEST_PAGE, PAGE_SIZE
from core.windows import InvalidWindow, Window
from costs.api.serializers import ComparedParameters
from costs.focus.focus_file import WRITTEN
from costs.groupings import BY_TAG
from costs.lines.commitments import Commitment
from costs.lines.explanation import USE, LineCause, LineExplanation, LineKind
from costs.lines.line_groups import COLUMNS, Group, LineBreakdown
from costs.lines.line_query import DIMENSIONS, FILTERS, GRAINS, LINES, LineQuery
from costs.lines.line_source import LineSource

# A request waits for its file; the command takes any.
LONGEST_EXPORT = 366
GROUPING = rf"^({'|'.join(DIMENSIONS)}|{LINES}|{BY_TAG}.+)$"


class LineParameters(ComparedParameters):
    """Which lines: of whose bills, on which days."""

    start = serializers.DateField(required=False, help_text="First day, inclusive.")
    end = serializers.DateField(required=False, help_text="Last day, exclusive.")
    previous_start = serializers.DateField(
        required=False, help_text="First day of another period to compare with."
    )
    previous_end = serializers.DateField(required=False, help_text="Exclusive.")
    currency = serializers.CharField(required=False, help_text="Such as USD.")
    search = serializers.CharField(
        required=False,
        help_text="Part of a resource, usage type, operation, description, service, "
        "region, resource group or account id.",
    )

    def get_fields(self) -> dict[str, Any]:
        """Add the filters of every dimension."""
        about = dict.fromkeys(FILTERS, "Only these; repeat it for several.")
        about |= {one.without: "Without these." for one in DIMENSIONS.values()}
        about |= {
            "tag": "As team=shop; team= is untagged.",
            "account": "Only bills of this account; repeat it for several.",
        }
        return super().get_fields() | {
            name: serializers.CharField(required=False, help_text=text)
            for name, text in about.items()
        }


class PartParameters(serializers.Serializer[Any]):
    """Which page of an answer."""

    page = serializers.IntegerField(min_value=1, default=1)
    page_size = serializers.IntegerField(
        min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE
    )


class LineListParameters(LineParameters, PartParameters):
    """Which lines, and which page of them."""


class LineGroupParameters(LineListParameters):
    """And what they are summed by."""

    group_by = serializers.RegexField(
        GROUPING,
        default="service",
        help_text=f"One of {', '.join(DIMENSIONS)}, or {BY_TAG}KEY for any tag.",
    )


class LineExplanationParameters(LineParameters):
    """And in what detail the change is explained."""

    grain = serializers.ChoiceField(
        choices=GRAINS,
        default=GRAINS[0],
        help_text="usage_type: resources that come and go are no change by themselves.",
    )


class FocusParameters(serializers.Serializer[Any]):
    """Which costs, and as which file."""

    start = serializers.DateField(help_text="First day, inclusive.")
    end = serializers.DateField(help_text="Last day, exclusive.")
    account = serializers.CharField(
        required=False, help_text="Bills of this account alone, by its id."
    )
    file = serializers.ChoiceField(choices=[*WRITTEN], default="csv.gz")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            window = Window(attrs["start"], attrs["end"])
        except InvalidWindow as error:
            raise serializers.ValidationError({"start": [str(error)]}) from None
        if len(window) > LONGEST_EXPORT:
            reason = f"Choose at most {LONGEST_EXPORT} days."
            raise serializers.ValidationError({"start": [reason]})
        return attrs | {"window": window}


class LineItemSerializer(serializers.Serializer[Any]):
    """One line of a bill, by the names of FOCUS; null where it has no value."""

    def get_fields(self) -> dict[str, Any]:
        return {name: _field(name) for name in COLUMNS}


def _field(name: str) -> serializers.Field[Any, Any, Any, Any]:
    if name.startswith("ChargePeriod"):
        return serializers.DateTimeField()
    if name.endswith(("Cost", "Quantity", "Price")):
        return AmountField(allow_null=True)
    if name == "Tags":
        return serializers.DictField(child=serializers.CharField())
    return serializers.CharField()


class LineGroupSerializer(serializers.Serializer[Group]):
    """What lines of one key sum to."""

    key = serializers.CharField()
    cost = AmountField()
    previous_cost = AmountField(
        source="before", allow_null=True, help_text="null: not stored completely."
    )
    change = AmountField(allow_null=True)
    change_percent = serializers.FloatField(allow_null=True)
    share_percent = serializers.FloatField(allow_null=True)
    quantity = AmountField(
        allow_null=True, help_text="null where lines are in several units, or in none."
    )
    unit = serializers.CharField()
    price = AmountField(allow_null=True, help_text="Average price per unit.")
    lines = serializers.IntegerField(source="line_count")


class LinePeriodsSerializer(serializers.Serializer[Any]):
    """Which days and amounts an answer is of."""

    start = serializers.DateField()
    end = serializers.DateField(help_text="Exclusive.")
    previous_start = serializers.DateField()
    previous_end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    metric = serializers.CharField()
    is_stored = serializers.BooleanField(
        help_text="false: no lines of these days are stored; that is no cost of 0."
    )
    is_outdated = serializers.BooleanField(
        help_text="true: newer lines of a month are being loaded into "
        "LINE_ITEMS_ENGINE, and those before them answer."
    )


@extend_schema_serializer(many=False)
class LineListSerializer(LinePeriodsSerializer):
    """Lines, the highest cost first."""

    count = serializers.IntegerField()
    total = AmountField(help_text="Sum of all lines, not of this page alone.")
    results = LineItemSerializer(many=True)


class LineGroupsSerializer(LinePeriodsSerializer):
    """Groups of lines, the highest cost first; with `others` they sum to `total`."""

    group_by = serializers.CharField()
    count = serializers.IntegerField(help_text="Number of groups.")
    total = AmountField()
    previous_total = AmountField(allow_null=True)
    others = AmountField(help_text="Cost of the groups that are not on this page.")
    results = LineGroupSerializer(many=True)


class LineCauseSerializer(serializers.Serializer[Any]):
    """What one use adds to the change; its quantities are in `PricingUnit`."""

    def get_fields(self) -> dict[str, Any]:
        amounts = ("change", "cost", "previous_cost", "quantity", "previous_quantity")
        prices = ("price", "previous_price")
        return {name: serializers.CharField() for name in USE} | {
            name: AmountField(allow_null=True) for name in (*amounts, *prices)
        }


class LineStepSerializer(serializers.Serializer[Any]):
    """All causes of a kind; the largest of them are named."""

    kind = serializers.ChoiceField(choices=[*LineKind])
    change = AmountField()
    count = serializers.IntegerField()
    causes = LineCauseSerializer(many=True)


class LineExplanationSerializer(LinePeriodsSerializer):
    """Why costs differ, in steps that sum to `change` exactly."""

    grain = serializers.CharField()
    total = AmountField(allow_null=True)
    previous_total = AmountField(allow_null=True)
    change = AmountField(allow_null=True, help_text="null: not stored completely.")
    steps = LineStepSerializer(many=True)


class CommitmentSerializer(serializers.Serializer[Commitment]):
    """Utilization of a commitment, in effective costs."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    cost = AmountField()
    used = AmountField()
    unused = AmountField()
    used_percent = serializers.FloatField(allow_null=True)
    list_cost = AmountField(
        allow_null=True, help_text="List cost of the usage that it covered."
    )
    saved = AmountField(allow_null=True, help_text="list_cost - cost.")
    resources = serializers.IntegerField(source="resource_count")


class CommitmentListSerializer(LinePeriodsSerializer):
    """Commitments, the largest waste first."""

    results = CommitmentSerializer(many=True)


def periods_data(source: LineSource) -> dict[str, Any]:
    """As LinePeriodsSerializer has it; amounts and days are left to the renderer."""

    def days(window: Window, before: str = "") -> dict[str, Any]:
        return {f"{before}start": window.start, f"{before}end": window.end}

    query = source.query
    return {
        **days(query.window),
        **days(query.compared_with, "previous_"),
        "currency": query.currency or None,
        "metric": query.metric,
        "is_stored": source.is_stored,
        "is_outdated": bool(source.outdated),
    }


def groups_data(found: LineBreakdown) -> dict[str, Any]:
    return {
        "count": found.group_count,
        "total": found.total.cost,
        "previous_total": found.total.before,
        "others": found.others,
        "results": [LineGroupSerializer(one).data for one in found.groups],
    }


def explanation_data(found: LineExplanation | None) -> dict[str, Any]:
    """Return it; None is that of periods of which not all is stored."""
    steps = found.steps if found else []
    return {
        "total": found and found.total,
        "previous_total": found and found.before,
        "change": found and found.change,
        "steps": [
            {
                "kind": step.kind.value,
                "change": step.change,
                "count": step.count,
                "causes": [_cause(cause) for cause in step.causes],
            }
            for step in steps
        ],
    }


def _cause(cause: LineCause) -> dict[str, Any]:
    return {
        **cause.use,
        "change": cause.change,
        "cost": cause.cost,
        "previous_cost": cause.before,
        "quantity": cause.quantity,
        "previous_quantity": cause.quantity_before,
        "price": cause.price,
        "previous_price": cause.price_before,
    }


def line_rows(found: Iterator[Mapping[str, Any]]) -> Iterator[Sequence[Any]]:
    """A row of a file for each line."""
    yield COLUMNS
    for line in found:
        yield [*line.values()]


def group_rows(found: LineBreakdown, query: LineQuery) -> Iterator[Sequence[Any]]:
    names = [*LineGroupSerializer().fields]
    yield [query.group_by, *names[1:], "currency"]
    for one in found.groups:
        yield [
            *(one.key, one.cost, one.before, one.change, one.change_percent),
            *(one.share_percent, one.quantity, one.unit, one.price, one.line_count),
            query.currency,
        ]
    if others := found.group_count - len(found.groups):
        yield [f"{others} others", found.others, *[None] * 8, query.currency]


def explanation_rows(
    found: LineExplanation, query: LineQuery
) -> Iterator[Sequence[Any]]:
    """A row for each cause, and for what a kind has besides: they sum to the change."""
    yield ["kind", *LineCauseSerializer().fields, "currency"]
    for step in found.steps:
        for cause in step.causes:
            yield [step.kind.value, *_cause(cause).values(), query.currency]
        if step.others:
            rest = step.change - sum(one.change for one in step.causes)
            name = f"{step.others} others"
            empty = [""] * (len(USE) - 1)
            yield [step.kind.value, name, *empty, rest, *[None] * 6, query.currency]


def commitment_rows(
    found: Sequence[Commitment], query: LineQuery
) -> Iterator[Sequence[Any]]:
    yield [*CommitmentSerializer().fields, "currency"]
    for one in found:
        yield [
            *(one.id, one.name, one.kind, one.cost, one.used, one.unused),
            *(one.used_percent, one.list_cost, one.saved, one.resource_count),
            query.currency,
        ]
