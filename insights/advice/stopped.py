"""A machine that is stopped and still costs: its volumes, and its address."""

from datetime import datetime

from insights.advice.drafts import Draft, not_enough
from insights.advice.prices import CENT, HourlyPrice
from insights.advice.records import (
    Level,
    MachineFacts,
    NotEnough,
    PriceBasis,
    Rule,
)
from insights.advice.thresholds import Thresholds

STOPPED = "stopped"


def stopped(
    machine: MachineFacts, thresholds: Thresholds, now: datetime, currency: str
) -> Draft | NotEnough | None:
    """Advice to keep an image and terminate it; None if it has not been off for long.

    What is attached is billed for all volumes together, so its cost is known only
    where somebody gives it: else the saving is unknown.
    """
    since, exactly = _since(machine)
    if since is None:
        return not_enough(
            Rule.STOPPED, machine, "It is stopped, and nothing tells since when."
        )
    days = (now - since).days
    if days < thresholds.stopped_days:
        return None
    monthly = machine.attached_monthly
    saved = None if monthly is None else monthly.quantize(CENT)
    word = "for" if exactly else "for at least"
    return Draft(
        rule=Rule.STOPPED,
        title=f"Terminate {machine.title}, stopped {word} {days} days",
        current_state=(
            f"Stopped {word} {days} days, since {since:%Y-%m-%d}. Its hours cost "
            "nothing; its volumes and a fixed address go on being billed."
        ),
        recommendation="Keep an image of it and terminate it.",
        evidence={
            "stopped_since": since.date().isoformat(),
            "stopped_days": days,
            "since_is_exact": exactly,
            "attached_monthly": None if saved is None else str(saved),
        },
        steps=(
            "Create an image: its snapshots cost less than the volumes.",
            "Terminate it and delete the volumes that stay behind.",
            "Release its Elastic IP address, if it has one.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=("what is on its volumes is gone with them",),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="30 minutes",
        confidence=Level.HIGH if exactly else Level.MEDIUM,
        saved=saved,
        now_monthly=saved,
        price=None if saved is None else HourlyPrice(saved, currency, PriceBasis.BILL),
    )


def _since(machine: MachineFacts) -> tuple[datetime | None, bool]:
    """Since when, and whether that was seen; else since when it has been known."""
    stops = [
        change.at
        for change in machine.changes
        if change.field == "state" and change.new_value == STOPPED and change.old_value
    ]
    if stops:
        return max(stops), True
    return machine.first_seen_at, False
