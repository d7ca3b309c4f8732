"""Disks and addresses that nothing uses, and that are billed all the same."""

from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.observation_window import span_of, value_since
from insights.recommendations.engine.removal_commands import removal_step
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import AddressRecord, VolumeRecord

# How the inventory calls what an unattached one is attached to.
NOTHING = "unattached"
# A disk that is being made, exported or deleted is none of these.
FREE = frozenset({"available", "unattached"})
CANNOT_TELL = NotEnough(
    Rule.UNATTACHED, "It is not attached, and it is unknown since when."
)


def unattached_volume(
    context: ResourceContext[VolumeRecord],
) -> Advice | NotEnough | None:
    """Return advice to delete a disk that is unattached for long."""
    subject, record = context.subject, context.subject.record
    if record.attached_to or record.state not in FREE:
        return None
    since, is_exact = value_since(
        subject.changes, "attached_to", NOTHING, subject.first_seen_at
    )
    if since is None:
        return CANNOT_TELL
    days = context.days_since(since)
    if days < context.thresholds.unattached_days:
        return None
    span = span_of(days, is_exact=is_exact)
    size = "" if record.size_gib is None else f", {record.size_gib:,} GiB"
    return build_advice(
        context,
        Rule.UNATTACHED,
        title=f"Delete {subject.title}, unattached {span}",
        current_state=(
            f"{record.volume_type or 'The disk'}{size}: attached to nothing {span}, "
            f"since {since:%Y-%m-%d}. It costs the same as in use."
        ),
        recommendation="Keep a snapshot of it and delete it.",
        evidence={
            "unattached_since": since.date().isoformat(),
            "unattached_days": days,
            "since_is_exact": is_exact,
            "size_gib": record.size_gib,
        },
        steps=(
            "Take a snapshot, and delete it too when nobody asks for it in 90 days.",
            removal_step(record),
        ),
        risk=Level.MEDIUM,
        risk_reasons=("its data are deleted with it",),
        estimated_time="15 minutes",
        confidence=Level.HIGH if is_exact else Level.MEDIUM,
        saving=context.monthly_cost,
    )


def idle_address(context: ResourceContext[AddressRecord]) -> Advice | NotEnough | None:
    """Return advice to release a public address that answers nowhere."""
    subject, record = context.subject, context.subject.record
    if record.attached_to:
        return None
    since, is_exact = value_since(
        subject.changes, "attached_to", NOTHING, subject.first_seen_at
    )
    if since is None:
        return CANNOT_TELL
    days = context.days_since(since)
    if days < context.thresholds.idle_address_days:
        return None
    span = span_of(days, is_exact=is_exact)
    return build_advice(
        context,
        Rule.UNATTACHED,
        title=f"Release {record.ip or subject.title}, unattached {span}",
        current_state=(
            f"Reserved and attached to nothing {span}, since {since:%Y-%m-%d}."
        ),
        recommendation="Release it.",
        evidence={
            "unattached_since": since.date().isoformat(),
            "unattached_days": days,
            "since_is_exact": is_exact,
        },
        steps=(
            "Search for it in DNS, firewalls and allow lists of partners.",
            removal_step(record),
        ),
        risk=Level.LOW,
        risk_reasons=("the same address cannot be had again",),
        estimated_time="5 minutes",
        confidence=Level.HIGH if is_exact else Level.MEDIUM,
        saving=context.monthly_cost,
    )
