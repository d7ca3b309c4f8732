"""Oversized instances: a smaller size of the family would do."""

import re
from dataclasses import dataclass

from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.utilization import Utilization
from providers.instance_types import family_of, size_of
from providers.records import InstancePriceRecord

WHOLE = 100.0
# Where no type is known, a size holds half of the next one's CPU, as EC2's do.
HALF = 0.5
# The smallest share that is advised of unknown vCPUs.
SMALLEST_SHARE = 0.01
# What a burstable size may use for ever, in percent of all its vCPUs.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
BURSTABLE = frozenset({"t2", "t3", "t3a", "t4g"})
BASELINE_PERCENT = {
    **{"nano": 5.0, "micro": 10.0, "small": 20.0, "medium": 20.0},
    **{"large": 30.0, "xlarge": 40.0, "2xlarge": 40.0},
}
T2_BASELINE_PERCENT = BASELINE_PERCENT | {"xlarge": 22.5, "2xlarge": 16.875}


# Azure's lowest of B8ms to B20ms; smaller sizes may use a little more.
# https://learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/bv1-series
AZURE_BURSTABLE = re.compile(r"Standard_B[a-z]*(_v\d)?")
AZURE_BASELINE_PERCENT = 16.0
AZURE_BASELINES = {"Standard_B1ls": 5.0, "Standard_B1s": 10.0}


def baseline_percent(instance_type: str) -> float:
    """Return the percentage it may use for ever; 100 unless it is burstable."""
    family = family_of(instance_type)
    if AZURE_BURSTABLE.fullmatch(family):
        return AZURE_BASELINES.get(instance_type, AZURE_BASELINE_PERCENT)
    if family not in BURSTABLE:
        return WHOLE
    baselines = T2_BASELINE_PERCENT if family == "t2" else BASELINE_PERCENT
    return baselines.get(size_of(instance_type), WHOLE)


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


def oversized(
    context: RuleContext, utilization: Utilization
) -> Advice | NotEnough | None:
    """Return advice for a smaller size of the family; None if none fits.

    The highest day's p99 and the highest sample must both fit, each with its headroom;
    the average decides only whether a burstable size may be used. Where the use of
    memory is unknown, it halves with each size: then only the next smaller size is
    recommended, and the risk says so.
    """
    machine, need = context.machine, _need(context, utilization)
    half_fits = machine.vcpus != 1 and need.cpu_percent <= HALF * WHOLE
    if not machine.instance_type:
        return _of_no_type(context, utilization, need) if half_fits else None
    now = context.prices.listed(machine)
    if now is None:
        reason = (
            f"Half of its size would do, but the sizes and prices of "
            f"{machine.instance_type} in {machine.region} are unknown."
        )
        rule = Rule.OVERSIZED
        return NotEnough(rule, reason) if half_fits else None
    sizes = _smaller(context, now, need)
    return _advice(context, utilization, need, now, sizes) if sizes else None


def _need(context: RuleContext, utilization: Utilization) -> Need:
    """Return the needs; the maximum stands in for an unknown p99."""
    thresholds = context.thresholds
    p99, memory = utilization.highest_p99, context.machine.memory_maximum_percent
    return Need(
        cpu_percent=max(
            (utilization.highest if p99 is None else p99)
            * (1 + thresholds.p99_headroom),
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
    sizes = [
        size
        for size in context.prices.family(context.machine)
        if size.vcpus < now.vcpus
        and size.hourly < now.hourly
        and size.architecture == now.architecture
        and need.fits(size, now)
    ]
    return sorted(sizes, key=lambda size: (size.vcpus, size.hourly))


def _advice(
    context: RuleContext,
    utilization: Utilization,
    need: Need,
    now: InstancePriceRecord,
    sizes: list[InstancePriceRecord],
) -> Advice:
    machine, knows_memory = context.machine, need.memory_percent is not None
    target = sizes[0] if knows_memory else sizes[-1]
    cost = context.monthly_cost
    price = context.prices.hourly(machine, target.instance_type)
    new_cost = price.monthly(context.running_share) if price else None
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Resize {machine.title} to {target.instance_type}",
        current_state=(
            f"{_text(now)}; {utilization.summary} in {len(utilization.days)} days."
        ),
        recommendation=f"Change it to {_text(target)}.",
        evidence={
            **utilization.evidence,
            "needed_vcpus": round(need.cpu_percent * now.vcpus / WHOLE, 2),
            "memory_maximum_percent": machine.memory_maximum_percent,
            "from_type": now.instance_type,
            "to_type": target.instance_type,
            "smallest_by_cpu": sizes[0].instance_type,
            "running_share": round(context.running_share, 3),
        },
        steps=_steps(target.instance_type, context.change_risk.manager),
        risk=Level.LOW if knows_memory else Level.MEDIUM,
        risk_reasons=() if knows_memory else (_memory_risk(now, target),),
        estimated_time="30 minutes and a restart",
        confidence=context.confidence(len(utilization.days)),
        saving=None if cost is None or new_cost is None else cost - new_cost,
        target=target.instance_type,
    )


def _text(size: InstancePriceRecord) -> str:
    gib = size.memory_mib / 1024
    return f"{size.instance_type} with {size.vcpus} vCPUs and {gib:g} GiB"


def _memory_risk(now: InstancePriceRecord, target: InstancePriceRecord) -> str:
    return (
        f"memory goes from {now.memory_mib / 1024:g} to {target.memory_mib / 1024:g} "
        "GiB, and its use is unknown (on AWS, only the CloudWatch agent tells it)"
    )


def _steps(instance_type: str, manager: str) -> tuple[str, ...]:
    check = "Check how much memory is in use at a busy hour."
    if manager:
        return (
            check,
            f"Set {instance_type} in the launch template of the {manager}.",
            "Replace its instances one by one (instance refresh).",
        )
    return (
        check,
        "Stop it at a quiet hour.",
        f"Change its instance type to {instance_type} and start it.",
        "Watch CPU and memory for a week; revert in the same way.",
    )


def _of_no_type(context: RuleContext, utilization: Utilization, need: Need) -> Advice:
    """Return advice for an instance of unknown type: the smallest share of its CPU.

    Its memory need not shrink with it, as another family has more memory.
    """
    machine, share = context.machine, HALF
    least = 1 / machine.vcpus if machine.vcpus else SMALLEST_SHARE
    while share * HALF >= least and need.cpu_percent <= share * HALF * WHOLE:
        share *= HALF
    size = f"{share:.0%} of its CPU"
    if machine.vcpus:
        size = f"{machine.vcpus * share:g} of its {machine.vcpus} vCPUs"
    return build_advice(
        context,
        Rule.OVERSIZED,
        title=f"Resize {machine.title}",
        current_state=f"{utilization.summary} in {len(utilization.days)} days.",
        recommendation=f"{size} would do.",
        evidence={
            **utilization.evidence,
            "needed_percent": round(need.cpu_percent, 2),
            "memory_maximum_percent": machine.memory_maximum_percent,
        },
        steps=("Choose a size with this CPU and enough memory.", "Change to it."),
        risk=Level.MEDIUM,
        risk_reasons=("its instance type is unknown",),
        estimated_time="30 minutes and a restart",
        confidence=context.confidence(len(utilization.days)),
    )
