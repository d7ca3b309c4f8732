"""Instances of an old generation whose successor is cheaper."""

from decimal import Decimal

from core.money import CENT
from insights.recommendations.engine.advice_records import (
    Advice,
    Level,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.builder import build_advice, not_enough
from insights.recommendations.engine.hourly_prices import HourlyPrice
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.sizes import baseline_percent
from pricing.families import GRAVITON, SUCCESSORS, family_of, size_of
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
            f"{family} has successors, but AWS's price of {machine.instance_type} in "
            f"{machine.region} is unknown, so none can be compared."
        )
        return [not_enough(Rule.OLD_GENERATION, machine, reason)]
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
    found = [size for size in sizes if size and _is_cheaper(size, now)]
    return min(found, key=lambda size: size.hourly, default=None)


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
    machine, price, share = context.machine, context.price, context.running_share
    new_processor = target.architecture != now.architecture
    is_xen = family_of(now.instance_type) in XEN
    cheaper = float(1 - target.hourly / now.hourly)
    return build_advice(
        context,
        Rule.OLD_GENERATION,
        title=f"Move {machine.title} to {target.instance_type}",
        current_state=(
            f"{now.instance_type} at {_price(now)} an hour on the price list; "
            f"{target.instance_type} has {target.vcpus} vCPUs and "
            f"{target.memory_mib / 1024:g} GiB for {_price(target)}."
        ),
        recommendation=(
            f"Change it to {target.instance_type}, which is {cheaper:.0%} cheaper"
            + (", if its software runs on ARM." if new_processor else ".")
        ),
        evidence={
            "from_type": now.instance_type,
            "to_type": target.instance_type,
            "from_hourly_list": str(now.hourly),
            "to_hourly_list": str(target.hourly),
            "from_architecture": now.architecture,
            "to_architecture": target.architecture,
            "running_share": round(share, 3),
        },
        steps=_steps(context, target, new_processor, is_xen),
        risk=_risk(new_processor, is_xen),
        risk_reasons=_risks(now, target, new_processor, is_xen),
        effort=Level.HIGH if new_processor else Level.LOW,
        complexity=Level.HIGH if new_processor else Level.MEDIUM,
        estimated_time="days of building and testing" if new_processor else "1 hour",
        confidence=Level.HIGH,
        saving=_saved(now, target, price, share),
        monthly_cost=price.monthly(share) if price else None,
        price=price,
        target=target.instance_type,
    )


def _saved(
    now: InstancePriceRecord,
    target: InstancePriceRecord,
    price: HourlyPrice | None,
    share: float,
) -> Decimal | None:
    """Return a month's difference, at the account's effective rate."""
    if price is None:
        return None
    return (price.monthly(share) * (1 - target.hourly / now.hourly)).quantize(CENT)


def _price(size: InstancePriceRecord) -> str:
    return f"{size.hourly.normalize():f} {size.currency}"


def _risk(new_processor: bool, is_xen: bool) -> Level:
    if new_processor:
        return Level.HIGH
    return Level.MEDIUM if is_xen else Level.LOW


def _risks(
    now: InstancePriceRecord,
    target: InstancePriceRecord,
    new_processor: bool,
    is_xen: bool,
) -> tuple[str, ...]:
    risks = []
    if family_of(now.instance_type) in LOCAL_DISKS:
        risks.append("the data on its local disks has to move to a volume first")
    if new_processor:
        risks.append(f"{target.instance_type} is ARM: software must be built for it")
    if is_xen:
        risks.append("it moves from Xen to Nitro, which needs other drivers")
    return tuple(risks)


def _steps(
    context: RuleContext, target: InstancePriceRecord, new_processor: bool, is_xen: bool
) -> tuple[str, ...]:
    steps = [NITRO_DRIVERS] if is_xen and not new_processor else []
    if new_processor:
        return (
            "Build its software for ARM and test it under load.",
            f"Start a {target.instance_type} beside it from an ARM image.",
            "Move the workload over, then stop the old instance.",
        )
    if manager := context.change_risk.manager:
        steps.append(f"Set {target.instance_type} in the {manager}'s template.")
        return (*steps, "Replace its instances one by one (instance refresh).")
    steps += [
        f"Stop it, change its type to {target.instance_type} and start it.",
        "Watch it for a week; revert in the same way.",
    ]
    return tuple(steps)
