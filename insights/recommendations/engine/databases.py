"""Databases that nobody connects to, and those that half of the size would do for."""

from core.money import CENT
from core.windows import last_complete_days, utc_day
from insights.recommendations.engine.advice import (
    Advice,
    CpuDay,
    Level,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.alternatives import half_of
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import DatabaseRecord

# "available" of RDS, "Ready" of flexible servers, "Online" of Azure SQL.
WORKING = frozenset({"available", "ready", "online"})
HALF = 50.0
DatabaseContext = ResourceContext[DatabaseRecord]


def idle_database(context: DatabaseContext) -> Advice | NotEnough | None:
    """Return advice to end one without a connection for days."""
    subject, days = context.subject, context.thresholds.idle_database_days
    if subject.record.state not in WORKING:
        return None
    window = last_complete_days(days, context.now)
    highest = subject.maxima("connections", window)
    if highest is None:
        reason = f"Its connections are not known for each of the last {days} days."
        return NotEnough(Rule.IDLE, reason)
    if max(highest) > 0:
        return None
    record = subject.record
    return build_advice(
        context,
        Rule.IDLE,
        title=f"End idle database {subject.title}",
        current_state=(
            f"{record.engine} on {record.database_class or 'an unknown class'}: no "
            f"connection in the last {days} days."
        ),
        recommendation="Keep a last backup of it and delete it.",
        evidence={
            "days": days,
            "first_day": window.start.isoformat(),
            "highest_connections": 0,
            "storage_gib": record.storage_gib,
        },
        steps=(
            "Stop it for a week that includes a month's end, in case it is needed.",
            "Take a last backup and test that it restores.",
            "Delete it with its automatic backups.",
        ),
        risk=Level.HIGH,
        risk_reasons=("its data are deleted with it",),
        estimated_time="1 hour",
        confidence=Level.MEDIUM,
        saving=context.monthly_cost,
    )


def oversized_database(context: DatabaseContext) -> Advice | NotEnough | None:
    """Return advice for half of its size, where its busiest day would fit in that."""
    subject, lines = context.subject, context.thresholds
    target = half_of(subject.record.database_class)
    if not target or subject.record.state not in WORKING:
        return None
    days = _days_of_class(context)
    if len(days) < lines.least_days:
        reason = (
            f"Its CPU is known for {len(days)} days; {lines.least_days} are needed."
        )
        return NotEnough(Rule.OVERSIZED, reason)
    highest = max(day.maximum_percent or 0.0 for day in days)
    memory = subject.memory_maximum_percent
    if highest * (1 + lines.maximum_headroom) > HALF:
        return None
    if memory is not None and memory * (1 + lines.memory_headroom) > HALF:
        return None
    return _advice(context, target, days, highest)


def _days_of_class(context: DatabaseContext) -> list[CpuDay]:
    """Return the measured days while it had its class."""
    subject = context.subject
    window = last_complete_days(context.thresholds.lookback_days, context.now)
    changed = [
        utc_day(one.at)
        for one in subject.changes
        if one.field == "database_class" and one.old_value
    ]
    return [
        day
        for day in subject.cpu
        if day.day in window
        and day.maximum_percent is not None
        and all(day.day > since for since in changed)
    ]


def _advice(
    context: DatabaseContext, target: str, days: list[CpuDay], highest: float
) -> Advice:
    subject, cost = context.subject, context.monthly_cost
    record, memory = subject.record, subject.memory_maximum_percent
    new = subject.other_prices.get(target)
    saving = (cost - new.monthly).quantize(CENT) if cost is not None and new else None
    averages = [day.average_percent for day in days if day.average_percent is not None]
    average = sum(averages) / len(averages) if averages else None
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Resize database {subject.title} to {target}",
        current_state=(
            f"{record.database_class}: CPU at most {highest:.1f}% in {len(days)} days."
        ),
        recommendation=f"Change its class to {target}.",
        evidence={
            "days": len(days),
            "average_percent": None if average is None else round(average, 2),
            "highest_percent": round(highest, 2),
            "memory_maximum_percent": memory,
            "from_type": record.database_class,
            "to_type": target,
        },
        steps=(
            "Check how much memory its cache needs at a busy hour.",
            f"Change its class to {target} in its maintenance window.",
            "Watch CPU, memory and latency for a week; revert in the same way.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=(
            "it restarts, for about a minute where it is in several zones",
            *(() if memory is not None else ("its use of memory is unknown",)),
        ),
        estimated_time="30 minutes and a restart",
        confidence=Level.MEDIUM if memory is None else Level.HIGH,
        saving=saving,
        target=target,
    )
