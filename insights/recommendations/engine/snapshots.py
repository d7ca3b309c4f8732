"""Snapshots that are old, and those of disks that are gone."""

from datetime import datetime
from decimal import Decimal

from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.removal_commands import removal_step
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import SnapshotRecord

# What AWS writes on a snapshot that an image is made of.
OF_AN_IMAGE = "Created by CreateImage"


def old_snapshot(context: ResourceContext[SnapshotRecord]) -> Advice | NotEnough | None:
    """Return advice to delete an old snapshot; one of an image is part of it.

    It is old sooner where its disk is gone.
    """
    subject, lines = context.subject, context.thresholds
    record = subject.record
    if record.description.startswith(OF_AN_IMAGE):
        return None
    made = subject.exists_since
    if made is None:
        return NotEnough(Rule.OLD_SNAPSHOT, "It is unknown when it was made.")
    days, is_orphan = context.days_since(made), record.source_exists is False
    if days < (lines.orphan_snapshot_days if is_orphan else lines.snapshot_days):
        return None
    return _advice(context, made, days)


def _advice(
    context: ResourceContext[SnapshotRecord], made: datetime, days: int
) -> Advice:
    subject, at_most = context.subject, context.monthly_cost
    record = subject.record
    is_orphan = record.source_exists is False
    of_disk = "a disk that is gone" if is_orphan else "a disk that is still there"
    return build_advice(
        context,
        Rule.OLD_SNAPSHOT,
        title=f"Delete snapshot {subject.title}, {days} days old",
        current_state=(
            f"Made on {made:%Y-%m-%d} of {of_disk}: {record.source_id or 'unknown'}."
        ),
        recommendation=(
            "Delete it, unless a rule demands that it is kept; then move it to a "
            "cheaper tier."
        ),
        evidence={
            "made_on": made.date().isoformat(),
            "age_days": days,
            "source_exists": record.source_exists,
            "size_gib": record.size_gib,
            "snapshots_of_the_same_disk": subject.siblings + 1,
            "at_most_monthly": None if at_most is None else str(at_most),
        },
        steps=(
            "Check that no image, backup plan or rule of retention needs it.",
            removal_step(record),
        ),
        risk=Level.MEDIUM if is_orphan else Level.LOW,
        risk_reasons=_risks(context, is_orphan),
        estimated_time="15 minutes",
        confidence=Level.MEDIUM if is_orphan else Level.LOW,
        saving=_saving(context),
    )


def _saving(context: ResourceContext[SnapshotRecord]) -> Decimal | None:
    """Return its price where its blocks are its own: those that others share stay."""
    record = context.subject.record
    is_alone = record.is_incremental is False or not context.subject.siblings
    return context.monthly_cost if is_alone else None


def _risks(
    context: ResourceContext[SnapshotRecord], is_orphan: bool
) -> tuple[str, ...]:
    risks = []
    if is_orphan:
        risks.append("it may be the last copy of these data")
    if context.subject.siblings:
        risks.append("blocks that other snapshots share stay, and are billed")
    return tuple(risks)
