"""Disks that are paid to be faster than anything asks of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from core.money import CENT
from core.windows import last_complete_days
from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.alternatives import (
    GP3_LEAST_IOPS,
    GP3_LEAST_MIB,
    Alternatives,
)
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.removal_commands import removal_step
from insights.recommendations.engine.resource_context import ResourceContext
from insights.recommendations.engine.resource_facts import ResourceFacts
from providers.records import ResourceRecord, VolumeRecord

OPERATIONS, THROUGHPUT = "operations_per_second", "throughput_bytes"
BYTES_PER_MIB = 2**20
# IOPS are ordered one by one; so fine is nobody's need known.
STEP_IOPS = 100
# Azure counts a second's bytes in powers of ten.
MB_PER_MIB = BYTES_PER_MIB / 10**6
# Each MiB/s of AWS takes so many, and each MB/s of Azure, whatever the type.
IOPS_PER_UNIT = 4
PREMIUM = {"Premium_LRS": "StandardSSD_LRS", "Premium_ZRS": "StandardSSD_ZRS"}
# https://learn.microsoft.com/azure/virtual-machines/disks-types, up to E50
STANDARD_IOPS, STANDARD_MIB, STANDARD_MOST_GIB = 500, 57, 4096
DiskContext = ResourceContext[VolumeRecord]


@dataclass(frozen=True, slots=True)
class LeastSpeed:
    """How little can be ordered of a type; without `mib` they follow from the IOPS."""

    iops: int
    mib: int | None = None
    units_per_mib: float = 1.0
    iops_per_gib: int = 0
    mb_per_iops: float = 0.0


# https://learn.microsoft.com/azure/virtual-machines/disks-types
PREMIUM_V2 = LeastSpeed(3000, 119, units_per_mib=MB_PER_MIB)  # 125 MB/s
ULTRA = LeastSpeed(
    *(100, 1),
    units_per_mib=MB_PER_MIB,
    iops_per_gib=1,
    mb_per_iops=0.004,
)
ORDERED_IN_AZURE = {
    **dict.fromkeys(("PremiumV2_LRS", "PremiumV2_ZRS"), PREMIUM_V2),
    "UltraSSD_LRS": ULTRA,
}
ORDERED = {
    **dict.fromkeys(("io1", "io2"), LeastSpeed(100)),
    "gp3": LeastSpeed(GP3_LEAST_IOPS, GP3_LEAST_MIB),
    **ORDERED_IN_AZURE,
}
# Of these the busiest hour is known, of all others the busiest minute.
HOURLY = {*PREMIUM, *ORDERED_IN_AZURE}


@dataclass(frozen=True, slots=True)
class Speed:
    """What a disk did at most: in a minute of AWS, in an hour of Azure."""

    iops: float
    mib: float


def highest_speed(
    facts: ResourceFacts[ResourceRecord], lines: Thresholds, now: datetime
) -> Speed | None:
    """Return the most of all known days; None unless each of the last days is known."""
    recent = last_complete_days(lines.least_days, now)
    whole = last_complete_days(lines.lookback_days, now)
    found = []
    for metric in (OPERATIONS, THROUGHPUT):
        highest = facts.highest(metric, whole)
        if facts.maxima(metric, recent) is None or highest is None:
            return None
        found.append(highest)
    return Speed(found[0], found[1] / BYTES_PER_MIB)


def slower_alternatives(
    facts: ResourceFacts[ResourceRecord], lines: Thresholds, now: datetime
) -> Alternatives:
    """Return what would be fast enough for what it does, by the name of the target."""
    record = facts.record
    if not isinstance(record, VolumeRecord) or not record.attached_to:
        return {}
    if record.volume_type in ORDERED_IN_AZURE and "," in record.attached_to:
        return {}  # a shared one has another speed for those that only read
    speed = highest_speed(facts, lines, now)
    if speed is None:
        return {}
    if record.volume_type in PREMIUM:
        return _standard(record, speed, lines)
    changed = _less(record, speed, lines)
    return {speed_of(replace(record, **changed)): changed} if changed else {}


def _less(record: VolumeRecord, speed: Speed, lines: Thresholds) -> Mapping[str, Any]:
    """Return the IOPS and MiB/s that it needs; nothing where it has no more."""
    least = ORDERED.get(record.volume_type)
    iops_now, mib_now = record.iops, record.throughput_mib
    if least is None or iops_now is None:
        return {}
    is_hourly = record.volume_type in HOURLY
    room = lines.busiest_minute_of_hour if is_hourly else 1 + lines.disk_headroom
    mib = max(ceil(speed.mib * room), least.mib or 0)
    iops = max(
        ceil(speed.iops * room / STEP_IOPS) * STEP_IOPS,
        ceil(mib * least.units_per_mib) * IOPS_PER_UNIT,
        least.iops,
        (record.size_gib or 0) * least.iops_per_gib,
    )
    if least.mib is None:
        return {"iops": iops} if iops < iops_now else {}
    if mib_now is None:
        return {}
    iops = min(iops, iops_now)
    mib = min(max(mib, _mib_of_mb(ceil(iops * least.mb_per_iops))), mib_now)
    is_less = iops < iops_now or mib < mib_now
    return {"iops": iops, "throughput_mib": mib} if is_less else {}


def _mib_of_mb(least: int) -> int:
    """Return the fewest MiB/s that are ordered as no less than these MB/s."""
    return ceil((least - 0.5) / MB_PER_MIB)


def _mb_of_mib(mib: int) -> int:
    """Return what is ordered, which is whole and read back as the same MiB/s."""
    return round(mib * MB_PER_MIB)


def _standard(record: VolumeRecord, speed: Speed, lines: Thresholds) -> Alternatives:
    """Return the standard disk that is fast enough for one that is hardly used."""
    if not (record.iops and record.throughput_mib and record.size_gib):
        return {}
    share = lines.premium_disk_share
    is_busy = speed.iops >= record.iops * share
    is_busy |= speed.mib >= record.throughput_mib * share
    room = 1 + lines.disk_headroom
    is_too_fast = speed.iops * room > STANDARD_IOPS or speed.mib * room > STANDARD_MIB
    if is_busy or is_too_fast or record.size_gib > STANDARD_MOST_GIB:
        return {}
    target = PREMIUM[record.volume_type]
    return {target: {"volume_type": target}}


def speed_of(record: VolumeRecord) -> str:
    """Return "3000 IOPS, 125 MiB/s", as a target is named."""
    least = ORDERED.get(record.volume_type)
    throughput = record.throughput_mib if least and least.mib else None
    more = f", {throughput} MiB/s" if throughput else ""
    return f"{record.iops} IOPS{more}"


def _span(record: VolumeRecord) -> str:
    """Return the time of which the highest use is known."""
    return "hour" if record.volume_type in HOURLY else "minute"


def idle_volume(context: DiskContext) -> Advice | None:
    """Return advice to delete an attached disk that nothing reads or writes."""
    subject, lines = context.subject, context.thresholds
    record, days = subject.record, lines.idle_volume_days
    window = last_complete_days(days, context.now)
    highest = subject.maxima(OPERATIONS, window)
    if not record.attached_to or highest is None:
        return None
    if max(highest) >= lines.idle_volume_iops:
        return None
    return build_advice(
        context,
        Rule.IDLE,
        title=f"Delete idle disk {subject.title}",
        current_state=(
            f"{record.volume_type}, {record.size_gib or 0:,} GiB: attached, and less "
            f"than {lines.idle_volume_iops:g} operations a second in any "
            f"{_span(record)} of the last {days} days."
        ),
        recommendation="Keep a snapshot of it, detach it and delete it.",
        evidence={
            "days": days,
            "first_day": window.start.isoformat(),
            "highest_iops": round(max(highest), 2),
            "size_gib": record.size_gib,
            "attached_to": record.attached_to,
        },
        steps=(
            "Ask who runs the machine what the disk is for.",
            "Take a snapshot, unmount the disk and detach it for a week.",
            removal_step(record),
        ),
        risk=Level.HIGH,
        risk_reasons=("its data are deleted with it",),
        estimated_time="1 hour",
        confidence=Level.MEDIUM,
        saving=context.monthly_cost,
    )


def oversized_disk(
    context: DiskContext,
) -> Advice | NotEnough | None:
    """Return advice for less IOPS and throughput, or a slower type, that would do."""
    subject, lines = context.subject, context.thresholds
    others = slower_alternatives(subject, lines, context.now)
    speed = highest_speed(subject, lines, context.now)
    if not others or speed is None:
        return None
    ((target, changed),) = others.items()
    new, price = subject.other_prices.get(target), context.price
    if new is None or price is None:
        reason = f"Its price, or that of {target}, in {subject.region} is unknown."
        return NotEnough(Rule.OVERSIZED, reason)
    if (price.monthly - new.monthly).quantize(CENT) <= 0:
        return None
    is_type = subject.record.volume_type in PREMIUM
    advise = _standard_advice if is_type else _less_advice
    return advise(context, speed, target, changed, price.monthly - new.monthly)


def _less_advice(
    context: DiskContext,
    speed: Speed,
    target: str,
    changed: Mapping[str, Any],
    saving: Decimal,
) -> Advice:
    record = context.subject.record
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Order less speed of {context.subject.title}: {target}",
        current_state=(
            f"{record.volume_type} of {speed_of(record)}; its busiest {_span(record)} "
            f"took {speed.iops:,.0f} IOPS and {speed.mib:,.1f} MiB/s."
        ),
        recommendation=f"Change it to {target}.",
        evidence=_evidence(context, speed),
        steps=_steps_to_less(record, **changed),
        risk=Level.LOW,
        risk_reasons=("what comes less often than that may take longer",),
        estimated_time="15 minutes",
        confidence=Level.MEDIUM,
        saving=saving.quantize(CENT),
        target=target,
    )


def _steps_to_less(
    record: VolumeRecord, iops: int, throughput_mib: int | None = None
) -> tuple[str, ...]:
    if record.volume_type in ORDERED_IN_AZURE:
        mbps = _mb_of_mib(throughput_mib or 0)
        return (
            f"Run: az disk update --ids {record.resource_id} "
            f"--disk-iops-read-write {iops} --disk-mbps-read-write {mbps}",
            "It stays in use; it can be changed four times a day.",
        )
    more = f" --throughput {throughput_mib}" if throughput_mib else ""
    return (
        f"Run: aws ec2 modify-volume --volume-id {record.resource_id} "
        f"--iops {iops}{more} --region {record.region}",
        "It stays in use; it can be changed again after six hours.",
    )


def _standard_advice(
    context: DiskContext,
    speed: Speed,
    target: str,
    changed: Mapping[str, Any],
    saving: Decimal,
) -> Advice:
    record = context.subject.record
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Change {context.subject.title} to {target}",
        current_state=(
            f"{record.volume_type} of {record.iops:,} IOPS; its busiest hour took "
            f"{speed.iops:,.0f} IOPS and {speed.mib:,.1f} MiB/s."
        ),
        recommendation=f"Change its type to {target}.",
        evidence=_evidence(context, speed),
        steps=(
            f"Deallocate the machine {record.attached_to}.",
            f"Run: az disk update --ids {record.resource_id} --sku {target}",
            "Start the machine.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=(
            "a standard disk takes longer for each operation, and each is billed",
        ),
        estimated_time="30 minutes",
        confidence=Level.MEDIUM,
        saving=saving.quantize(CENT),
        target=target,
    )


def _evidence(context: DiskContext, speed: Speed) -> dict[str, object]:
    record = context.subject.record
    return {
        "lookback_days": context.thresholds.lookback_days,
        "highest_iops": round(speed.iops, 1),
        "highest_mib_per_second": round(speed.mib, 1),
        "iops": record.iops,
        "throughput_mib": record.throughput_mib,
    }
