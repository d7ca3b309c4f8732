"""Instances that are stopped and billed as if they ran, until they are deallocated.

https://learn.microsoft.com/azure/virtual-machines/states-billing
"""

from datetime import datetime

from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.observation_window import span_of
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.stopped import off_since

WHOLE_MONTH = 1.0


def allocated(context: RuleContext, now: datetime) -> Advice | NotEnough | None:
    """Return advice to deallocate it; None if it stopped a moment ago, or what it runs
    on is billed anyway. All of its price is saved, as it is off already."""
    machine = context.machine
    if machine.paid_anyway:
        return None
    since, is_exact = off_since(machine)
    if since is None:
        reason = "It is stopped but not deallocated, and it is unknown since when."
        return NotEnough(Rule.ALLOCATED, reason)
    days = (now - since).days
    if days < context.thresholds.allocated_days:
        return None
    span = span_of(days, is_exact=is_exact)
    return build_advice(
        context,
        Rule.ALLOCATED,
        title=f"Deallocate {machine.title}, stopped {span}",
        current_state=(
            f"Stopped {span}, since {since:%Y-%m-%d}, and not deallocated: "
            "its hardware is held and billed as if it ran."
        ),
        recommendation="Deallocate it. Its disks stay, and it can be started again.",
        evidence={
            "stopped_since": since.date().isoformat(),
            "stopped_days": days,
            "since_is_exact": is_exact,
        },
        steps=(
            f"Run: az vm deallocate --ids {machine.resource_id}",
            "Stop it by the portal or this command from now on: a shutdown from within "
            "leaves it allocated.",
            "Delete it with its disks when nobody needs it.",
        ),
        risk=Level.LOW,
        risk_reasons=(
            "a dynamic public address and the data on its temporary disk are lost",
            "its region may lack capacity when it is started again",
        ),
        estimated_time="5 minutes",
        confidence=Level.HIGH if is_exact else Level.MEDIUM,
        saving=context.price.monthly(WHOLE_MONTH) if context.price else None,
        price=context.price,
    )
