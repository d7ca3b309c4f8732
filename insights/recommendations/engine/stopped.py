"""Stopped instances, whose volumes and address are still billed."""

from datetime import datetime

from core.money import CENT
from insights.recommendations.engine.advice import (
    Advice,
    Level,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.observation_window import span_of, value_since
from insights.recommendations.engine.rule_context import RuleContext


def stopped(context: RuleContext, now: datetime) -> Advice | NotEnough | None:
    """Return advice to keep an image and terminate it; None if it stopped recently.

    What is attached is what it costs; where that is unknown, the saving is.
    """
    machine = context.machine
    since, is_exact = off_since(machine)
    if since is None:
        reason = f"It is {machine.state}, and it is unknown since when."
        return NotEnough(Rule.STOPPED, reason)
    days = (now - since).days
    if days < context.thresholds.stopped_days:
        return None
    attached = machine.attached
    saved = attached.monthly.quantize(CENT) if attached else None
    span = span_of(days, is_exact=is_exact)
    return build_advice(
        context,
        Rule.STOPPED,
        title=f"Terminate {machine.title}, {machine.state} {span}",
        current_state=(
            f"{machine.state.capitalize()} {span}, since "
            f"{since:%Y-%m-%d}. Its volumes and a static IP address are still billed."
        ),
        recommendation="Keep an image of it and terminate it.",
        evidence={
            "stopped_since": since.date().isoformat(),
            "stopped_days": days,
            "since_is_exact": is_exact,
            "attached_monthly": None if saved is None else str(saved),
        },
        steps=(
            "Create an image: its snapshots cost less than the volumes.",
            "Terminate it and delete the volumes that remain.",
            "Release its static IP address, if it has one.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=("the data on its volumes is deleted with them",),
        estimated_time="30 minutes",
        confidence=Level.HIGH if is_exact else Level.MEDIUM,
        saving=saved,
        price=attached,
    )


def off_since(machine: MachineFacts) -> tuple[datetime | None, bool]:
    """Return since when it has its state, and whether that was seen to begin."""
    return value_since(machine.changes, "state", machine.state, machine.first_seen_at)
