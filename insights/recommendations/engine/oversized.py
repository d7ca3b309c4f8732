"""Oversized instances: a smaller size of the family would do."""

from dataclasses import dataclass

from insights.recommendations.engine.advice_records import (
    Advice,
    Level,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import (
    build_advice,
    confidence_of,
    not_enough,
)
from insights.recommendations.engine.change_risk import ChangeRisk
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.sizes import baseline_percent
from insights.recommendations.engine.utilization import Utilization
from providers.records import InstancePriceRecord

WHOLE = 100.0
# Where no type is known, a size holds half of the next one's CPU, as EC2's do.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Need:
    """What the workload needs, in percent of the current CPU and memory."""

    cpu_percent: float
    average_percent: float
    memory_percent: float | None

    def fits(self, size: InstancePriceRecord, now: InstancePriceRecord) -> bool:
        """Return whether the size fits; a burstable one must sustain the average."""
        baseline = baseline_percent(size.instance_type)
        memory = self.memory_percent or 0.0
        return (
            self.cpu_percent * now.vcpus <= WHOLE * size.vcpus
            and self.average_percent * now.vcpus <= baseline * size.vcpus
            and memory * now.memory_mib <= WHOLE * size.memory_mib
        )


@dataclass(frozen=True, slots=True)
class Resizing:
    """The current size, the target, and the smallest size whose CPU would do."""

    now: InstancePriceRecord
    target: InstancePriceRecord
    smallest: InstancePriceRecord


def oversized(
    context: RuleContext, utilization: Utilization
) -> Advice | NotEnough | None:
    """Return advice for a smaller size of the family; None if none fits.

    The highest day's p99 and the highest sample must both fit, each with its headroom;
    the average decides only whether a burstable size may be used. Without an agent
    memory is unknown, and it halves with each size: then only the next smaller size is
    recommended, and the risk says so.
    """
    need = need_of(context.machine, utilization, context.thresholds)
    if not context.machine.instance_type:
        return _of_no_type(context, utilization, need)
    now = context.prices.listed(context.machine)
    if now is None:
        return _unpriced(context.machine, need)
    sizes = _smaller(context, now, need)
    if not sizes:
        return None
    target = sizes[-1] if need.memory_percent is None else sizes[0]
    return _advice(context, utilization, need, Resizing(now, target, smallest=sizes[0]))


def need_of(
    machine: MachineFacts, utilization: Utilization, thresholds: Thresholds
) -> Need:
    """Return the needs; the maximum stands in for an unknown p99."""
    p99 = (
        utilization.highest
        if utilization.highest_p99 is None
        else utilization.highest_p99
    )
    memory = machine.memory_maximum_percent
    return Need(
        cpu_percent=max(
            p99 * (1 + thresholds.p99_headroom),
            utilization.highest * (1 + thresholds.maximum_headroom),
        ),
        average_percent=utilization.highest_average,
        memory_percent=(
            None if memory is None else memory * (1 + thresholds.memory_headroom)
        ),
    )


def _smaller(
    context: RuleContext, now: InstancePriceRecord, need: Need
) -> list[InstancePriceRecord]:
    """Return cheaper sizes of the family with fewer vCPUs that fit, smallest first.

    One with as many vCPUs and less memory saves only memory, whose use is unknown.
    """
    found = [
        size
        for size in context.prices.family(context.machine)
        if size.vcpus < now.vcpus
        and size.hourly < now.hourly
        and size.architecture == now.architecture
        and need.fits(size, now)
    ]
    return sorted(found, key=lambda size: (size.vcpus, size.hourly))


def _advice(
    context: RuleContext, utilization: Utilization, need: Need, resizing: Resizing
) -> Advice:
    now, target = resizing.now, resizing.target
    price, share = context.price, context.running_share
    other = context.prices.hourly(context.machine, target.instance_type)
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Resize {context.machine.title} to {target.instance_type}",
        current_state=(
            f"{_text(now)}; {utilization.summary()} in {len(utilization.days)} days."
        ),
        recommendation=f"Change it to {_text(target)}.",
        evidence={
            **utilization.evidence(),
            "needed_vcpus": round(need.cpu_percent * now.vcpus / WHOLE, 2),
            "memory_maximum_percent": context.machine.memory_maximum_percent,
            "from_type": now.instance_type,
            "to_type": target.instance_type,
            "smallest_by_cpu": resizing.smallest.instance_type,
            "running_share": round(share, 3),
        },
        steps=_steps(target.instance_type, context.change_risk),
        risk=Level.LOW if need.memory_percent is not None else Level.MEDIUM,
        risk_reasons=_risks(need, now, target),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="30 minutes and a restart",
        confidence=confidence_of(len(utilization.days), context.thresholds),
        saving=price.monthly(share) - other.monthly(share) if price and other else None,
        monthly_cost=price.monthly(share) if price else None,
        price=price,
        target=target.instance_type,
    )


def _text(size: InstancePriceRecord) -> str:
    gib = size.memory_mib / 1024
    return f"{size.instance_type} with {size.vcpus} vCPUs and {gib:g} GiB"


def _risks(
    need: Need, now: InstancePriceRecord, target: InstancePriceRecord
) -> tuple[str, ...]:
    if need.memory_percent is not None:
        return ()
    return (
        f"memory goes from {now.memory_mib / 1024:g} to "
        f"{target.memory_mib / 1024:g} GiB, and without the CloudWatch agent its use "
        "is unknown",
    )


def _steps(instance_type: str, change_risk: ChangeRisk) -> tuple[str, ...]:
    check = "Check how much memory is in use at a busy hour."
    if change_risk.manager:
        return (
            check,
            f"Set {instance_type} in the launch template of the {change_risk.manager}.",
            "Replace its instances one by one (instance refresh).",
        )
    return (
        check,
        "Stop it at a quiet hour.",
        f"Change its instance type to {instance_type} and start it.",
        "Watch CPU and memory for a week; revert in the same way.",
    )


def _unpriced(machine: MachineFacts, need: Need) -> NotEnough | None:
    """Half of it would do, but the sizes that are offered are unknown."""
    if not _half_fits(need, machine.vcpus):
        return None
    return not_enough(
        Rule.OVERSIZED,
        machine,
        f"Half of its size would do, but AWS's sizes and prices of "
        f"{machine.instance_type} in {machine.region} are unknown.",
    )


def _half_fits(need: Need, vcpus: int | None) -> bool:
    return vcpus != 1 and need.cpu_percent <= HALF * WHOLE


def _of_no_type(
    context: RuleContext, utilization: Utilization, need: Need
) -> Advice | None:
    """Return advice for an instance of unknown type: the smallest share of its CPU.

    Its memory need not shrink with it, as another family has more memory.
    """
    machine = context.machine
    if not _half_fits(need, machine.vcpus):
        return None
    share = HALF
    least = 1 / machine.vcpus if machine.vcpus else 0.0
    while share * HALF >= least and need.cpu_percent <= share * HALF * WHOLE:
        share *= HALF
    size = f"{share:.0%} of its CPU"
    if machine.vcpus:
        size = f"{machine.vcpus * share:g} of its {machine.vcpus} vCPUs"
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Resize {machine.title}",
        current_state=f"{utilization.summary()} in {len(utilization.days)} days.",
        recommendation=f"{size} would do.",
        evidence={
            **utilization.evidence(),
            "needed_percent": round(need.cpu_percent, 2),
            "memory_maximum_percent": machine.memory_maximum_percent,
        },
        steps=("Choose a size with this CPU and enough memory.", "Change to it."),
        risk=Level.MEDIUM,
        risk_reasons=("its instance type is unknown",),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="30 minutes and a restart",
        confidence=confidence_of(len(utilization.days), context.thresholds),
    )
