"""Instances of an old generation whose successor is cheaper."""

from core.money import CENT
from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.oversized import baseline_percent
from insights.recommendations.engine.rule_context import RuleContext
from pricing.families import GRAVITON, SUCCESSORS
from providers.instance_types import family_of, size_of
from providers.records import InstancePriceRecord

# Xen instances need other drivers on Nitro; their successors have them already.
XEN = frozenset({"t1", "t2", "m1", "m2", "m3", "m4", "c1", "c3", "c4", "r3", "r4"})
# These have local disks, which their successors do not have.
LOCAL_DISKS = frozenset({"m1", "m2", "m3", "c1", "c3", "r3", "g2"})
NITRO_DRIVERS = (
    "Check that its image has ENA and NVMe drivers (Nitro needs them; AWS's own images "
    "have them since 2018)."
)


def old_generation(context: RuleContext) -> list[Advice | NotEnough]:
    """Return advice for the cheapest successor, and for a still cheaper one on ARM.

    A successor is one of AWS's upgrade paths with the same size, at least as many vCPUs
    and as much memory, and a lower known price in the same region.
    """
    machine = context.machine
    family = family_of(machine.instance_type)
    successors, arm = SUCCESSORS.get(family, ()), GRAVITON.get(family, ())
    if not successors and not arm:
        return []
    now = context.prices.listed(machine)
    if now is None:
        reason = (
            f"{family} has successors, but the price of {machine.instance_type} in "
            f"{machine.region} is unknown, so none can be compared."
        )
        return [NotEnough(Rule.OLD_GENERATION, reason)]
    nearest = _cheapest(context, now, successors)
    of_arm = _cheapest(context, now, arm)
    if of_arm and nearest and of_arm.hourly >= nearest.hourly:
        of_arm = None
    return [_advice(context, now, target) for target in (nearest, of_arm) if target]


def _cheapest(
    context: RuleContext, now: InstancePriceRecord, families: tuple[str, ...]
) -> InstancePriceRecord | None:
    """Return the cheapest; of equals the nearest generation."""
    machine = context.machine
    names = [f"{family}.{size_of(machine.instance_type)}" for family in families]
    sizes = [context.prices.listed(machine, name) for name in names]
    cheaper = [size for size in sizes if size and _is_cheaper(size, now)]
    return min(cheaper, key=lambda size: size.hourly, default=None)


def _is_cheaper(size: InstancePriceRecord, now: InstancePriceRecord) -> bool:
    """Return whether it costs less and has no less of anything."""
    return (
        size.currency == now.currency
        and size.hourly < now.hourly
        and size.vcpus >= now.vcpus
        and size.memory_mib >= now.memory_mib
        and baseline_percent(size.instance_type) >= baseline_percent(now.instance_type)
    )


def _advice(
    context: RuleContext, now: InstancePriceRecord, target: InstancePriceRecord
) -> Advice:
    new, cost = target.instance_type, context.monthly_cost
    is_arm, is_xen = target.architecture != now.architecture, _is_xen(now)
    cheaper = 1 - target.hourly / now.hourly
    return build_advice(
        context,
        Rule.OLD_GENERATION,
        title=f"Move {context.machine.title} to {new}",
        current_state=(
            f"{now.instance_type} at {_price(now)} an hour on the price list; {new} "
            f"has {target.vcpus} vCPUs and {target.memory_mib / 1024:g} GiB for "
            f"{_price(target)}."
        ),
        recommendation=(
            f"Change it to {new}, which is {float(cheaper):.0%} cheaper"
            + (", if its software runs on ARM." if is_arm else ".")
        ),
        evidence={
            "from_type": now.instance_type,
            "to_type": new,
            "from_hourly_list": str(now.hourly),
            "to_hourly_list": str(target.hourly),
            "from_architecture": now.architecture,
            "to_architecture": target.architecture,
            "running_share": round(context.running_share, 3),
        },
        steps=_steps(context, now, target),
        risk=Level.HIGH if is_arm else Level.MEDIUM if is_xen else Level.LOW,
        risk_reasons=_risks(now, target),
        effort=Level.HIGH if is_arm else Level.LOW,
        complexity=Level.HIGH if is_arm else Level.MEDIUM,
        estimated_time="days of building and testing" if is_arm else "1 hour",
        confidence=Level.HIGH,
        # The difference at the account's effective rate.
        saving=None if cost is None else (cost * cheaper).quantize(CENT),
        target=new,
    )


def _is_xen(size: InstancePriceRecord) -> bool:
    return family_of(size.instance_type) in XEN


def _price(size: InstancePriceRecord) -> str:
    return f"{size.hourly.normalize():f} {size.currency}"


def _risks(now: InstancePriceRecord, target: InstancePriceRecord) -> tuple[str, ...]:
    risks = []
    if family_of(now.instance_type) in LOCAL_DISKS:
        risks.append("the data on its local disks has to move to a volume first")
    if target.architecture != now.architecture:
        risks.append(f"{target.instance_type} is ARM: software must be built for it")
    if _is_xen(now):
        risks.append("it moves from Xen to Nitro, which needs other drivers")
    return tuple(risks)


def _steps(
    context: RuleContext, now: InstancePriceRecord, target: InstancePriceRecord
) -> tuple[str, ...]:
    if target.architecture != now.architecture:
        return (
            "Build its software for ARM and test it under load.",
            f"Start a {target.instance_type} beside it from an ARM image.",
            "Move the workload over, then stop the old instance.",
        )
    steps = [NITRO_DRIVERS] if _is_xen(now) else []
    if manager := context.change_risk.manager:
        steps.append(f"Set {target.instance_type} in the {manager}'s template.")
        return (*steps, "Replace its instances one by one (instance refresh).")
    steps += [
        f"Stop it, change its type to {target.instance_type} and start it.",
        "Watch it for a week; revert in the same way.",
    ]
    return tuple(steps)
