"""Stopped instances, whose volumes and address are still billed."""

from datetime import datetime

from core.money import CENT
from insights.recommendations.engine.advice import (
    Advice,
    Level,
    NotEnough,
    PriceBasis,
    Rule,
)
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.hourly_prices import HourlyPrice
from insights.recommendations.engine.rule_context import RuleContext

STOPPED = "stopped"


def stopped(
    context: RuleContext, now: datetime, currency: str
) -> Advice | NotEnough | None:
    """Return advice to keep an image and terminate it; None if it stopped recently.

    The bill has one amount for all volumes, so the saving is unknown unless the cost
    of the attached ones is given.
    """
    machine = context.machine
    stops = [
        change.at
        for change in machine.changes
        if change.field == "state" and change.new_value == STOPPED and change.old_value
    ]
    since = max(stops) if stops else machine.first_seen_at
    if since is None:
        reason = "It is stopped, and it is unknown since when."
        return NotEnough(Rule.STOPPED, machine.instance_id, reason)
    days = (now - since).days
    if days < context.thresholds.stopped_days:
        return None
    monthly = machine.attached_monthly
    saved = None if monthly is None else monthly.quantize(CENT)
    word = "for" if stops else "for at least"
    return build_advice(
        context,
        Rule.STOPPED,
        title=f"Terminate {machine.title}, stopped {word} {days} days",
        current_state=(
            f"Stopped {word} {days} days, since {since:%Y-%m-%d}. Its volumes and an "
            "Elastic IP address are still billed."
        ),
        recommendation="Keep an image of it and terminate it.",
        evidence={
            "stopped_since": since.date().isoformat(),
            "stopped_days": days,
            "since_is_exact": bool(stops),
            "attached_monthly": None if saved is None else str(saved),
        },
        steps=(
            "Create an image: its snapshots cost less than the volumes.",
            "Terminate it and delete the volumes that remain.",
            "Release its Elastic IP address, if it has one.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=("the data on its volumes is deleted with them",),
        estimated_time="30 minutes",
        confidence=Level.HIGH if stops else Level.MEDIUM,
        saving=saved,
        price=None if saved is None else HourlyPrice(saved, currency, PriceBasis.BILL),
    )
