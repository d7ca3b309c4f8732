"""An explanation of lines as its page shows it: a waterfall of steps with causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from costs.explain.shown import waterfall
from costs.lines.explanation import USE, LineCause, LineExplanation, LineKind, LineStep
from costs.lines.line_query import LINES, LineQuery

NAMES = {
    LineKind.NEW: "New",
    LineKind.USED_MORE: "Used more",
    LineKind.DEARER: "Higher price",
    LineKind.ONE_TIME: "Fees, credits, refunds and tax",
    LineKind.OTHER: "Without a comparable quantity",
    LineKind.CHEAPER: "Lower price",
    LineKind.USED_LESS: "Used less",
    LineKind.GONE: "No longer used",
}
BY_PRICE = (LineKind.DEARER, LineKind.CHEAPER)


class ShownLineCause(NamedTuple):
    """A cause: what it is called, where it is, and the query of its lines."""

    name: str
    where: str
    cause: LineCause
    query: str


@dataclass(frozen=True, slots=True)
class ShownLineStep:
    """A step, from where to where it leads of all that the steps pass: in percent."""

    name: str
    step: LineStep
    causes: Sequence[ShownLineCause]
    is_of_price: bool
    left_percent: float
    width_percent: float


def shown_steps(
    found: LineExplanation, query: LineQuery, names: Mapping[str, str]
) -> list[ShownLineStep]:
    bars = waterfall(found.before, [step.change for step in found.steps])
    return [
        ShownLineStep(
            NAMES[step.kind],
            step,
            [_shown(cause, step.kind, query, names) for cause in step.causes],
            step.kind in BY_PRICE,
            *bar,
        )
        for step, bar in zip(found.steps, bars, strict=True)
    ]


def _shown(
    cause: LineCause, kind: LineKind, query: LineQuery, names: Mapping[str, str]
) -> ShownLineCause:
    use = cause.use
    account = use["SubAccountId"]
    name = short_id(use["ResourceId"]) or use["SkuMeter"] or use["ServiceName"]
    parts = [use["ServiceName"], use["SkuMeter"], use["x_Operation"], use["RegionId"]]
    where = " · ".join(
        one for one in [*parts, names.get(account, account)] if one and one != name
    )
    return ShownLineCause(name, where, cause, _lines_of(cause, kind, query))


def short_id(resource_id: str) -> str:
    """Return what names a resource beside its service and account: of an ARN what it
    ends with, of Azure its last part."""
    if resource_id.startswith("arn:"):
        return resource_id.split(":", 5)[-1]
    return resource_id.rpartition("/")[2]


def _lines_of(cause: LineCause, kind: LineKind, query: LineQuery) -> str:
    """Return the query of the lines of a use: of what is gone, in the period before."""
    only = {name: [cause.use[column]] for column, name in USE.items() if name}
    chosen = {name: values for name, values in only.items() if values[0]}
    window = query.compared_with if kind == LineKind.GONE else query.window
    days = {"start": window.start, "end": window.end, "period": ""}
    return query.parameters(
        **chosen, **days, previous_start="", previous_end="", group_by=LINES
    )
