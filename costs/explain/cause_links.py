"""What causes are called, and the query of the costs page that shows each."""

from collections.abc import Mapping

from core.windows import ONE_DAY, Window
from costs.explain.records import Cause, Explanation, Kind, Step
from costs.queries.query import CostQuery
from providers.records import ChargeCategory

NAMES = {
    Kind.ANOMALY: "Anomalies",
    Kind.MONTH_START: "Charges of the 1st of a month",
    Kind.ONE_TIME: "Fees, credits, refunds and tax",
    Kind.NEW: "New services",
    Kind.GONE: "Services no longer used",
    Kind.PRICE: "Prices",
    Kind.USED_MORE: "Used more",
    Kind.USED_LESS: "Used less",
    Kind.REST: "The rest",
}
# What is charged once.
CHARGES = {
    ChargeCategory.PURCHASE.value: "fee",
    ChargeCategory.CREDIT.value: "credit",
    ChargeCategory.ADJUSTMENT.value: "refund",
}
# The page's own comparison, which a link to other days does not keep.
NO_COMPARISON = {
    **dict.fromkeys(("compare", "previous_start", "previous_end", "basis"), ""),
    "ignore": (),
}


def step_name(step: Step, explanation: Explanation) -> str:
    if step.kind == Kind.DAYS:
        return days_name(explanation.window, explanation.previous)
    return NAMES[step.kind]


def days_name(window: Window, previous: Window) -> str:
    """Return by how many days the periods differ, or which days they hold."""
    more = len(window) - len(previous)
    if not more:
        return "Working days and weekends"
    count = "One" if abs(more) == 1 else f"{abs(more):,}"
    days = "day" if abs(more) == 1 else "days"
    return f"{count} more {days}" if more > 0 else f"{count} {days} fewer"


def cause_name(cause: Cause) -> str:
    if cause.incident:
        return cause.incident.title
    service = cause.part.service or "All services"
    charge = (
        CHARGES.get(ChargeCategory(cause.category))
        if cause.kind == Kind.ONE_TIME
        else None
    )
    return f"{service}: {charge}" if charge else service


def cause_owner(cause: Cause, account_names: Mapping[str, str]) -> str:
    """Return the account of a cause; an anomaly's name says it already."""
    account = cause.part.account
    return "" if cause.incident else account_names.get(account, account)


def query_of_cause(cause: Cause, explanation: Explanation, query: CostQuery) -> str:
    """Return the query of the days on which the cause shows, with its service."""
    changes: dict[str, object] = {"sort": "", "granularity": ""}
    account, service = cause.part
    if service:
        changes |= {"service": [service], "group_by": "region"}
    if account:
        changes |= {"sub_account": [account]}
    if cause.category:
        changes |= {"charge_category": [cause.category]}
    if query.tag_key:
        # By tag, nothing else can be told than service and account.
        changes |= {
            "charge_category": [],
            "group_by": "account" if service else "service",
        }
    if window := _days_of(cause, explanation):
        changes |= NO_COMPARISON
        changes |= {"start": window.start, "end": window.end}
    return query.parameters(**changes)


def query_of_step(step: Step, explanation: Explanation, query: CostQuery) -> str:
    """Return the query of all that is of that kind: of different days, the same
    change a day; of what came and went at once, its days; else the table by change."""
    if step.kind == Kind.DAYS:
        return query.parameters(basis="daily")
    days = {_days_of(cause, explanation) for cause in step.causes}
    window = days.pop() if len(days) == 1 else None
    if window is None:
        return query.parameters(sort="-change")
    return query.parameters(
        **NO_COMPARISON, start=window.start, end=window.end, sort="", granularity=""
    )


def _days_of(cause: Cause, explanation: Explanation) -> Window | None:
    """Return other days than those of the page, where the cause shows on these."""
    return explanation.previous if cause.kind == Kind.GONE else own_days(cause)


def own_days(cause: Cause) -> Window | None:
    """Return the days of a cause that came and went: of an anomaly, or of a charge."""
    if cause.incident:
        return Window(cause.incident.first_day, cause.incident.last_day + ONE_DAY)
    if cause.kind == Kind.MONTH_START and cause.since:
        return Window(cause.since, cause.since + ONE_DAY)
    return None
