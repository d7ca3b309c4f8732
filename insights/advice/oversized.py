"""A machine that is larger than its work."""

from dataclasses import dataclass

from insights.advice.care import Care
from insights.advice.case import Case
from insights.advice.drafts import Draft, confidence_of, not_enough
from insights.advice.load import Load
from insights.advice.records import Level, MachineFacts, NotEnough, Rule
from insights.advice.sizes import baseline_percent
from insights.advice.thresholds import Thresholds
from providers.records import InstancePriceRecord

WHOLE = 100.0
# Where no type is known, a size holds half of the next one's CPU, as EC2's do.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Need:
    """What the work needs, in percent of the present CPU and memory."""

    cpu_percent: float
    average_percent: float
    memory_percent: float | None

    def fits(self, size: InstancePriceRecord, now: InstancePriceRecord) -> bool:
        """Whether the size holds it; a burstable one must hold the average for ever."""
        baseline = baseline_percent(size.instance_type)
        memory = self.memory_percent or 0.0
        return (
            self.cpu_percent * now.vcpus <= WHOLE * size.vcpus
            and self.average_percent * now.vcpus <= baseline * size.vcpus
            and memory * now.memory_mib <= WHOLE * size.memory_mib
        )


@dataclass(frozen=True, slots=True)
class Resizing:
    """From what to what, and the smallest size whose CPU would do."""

    now: InstancePriceRecord
    target: InstancePriceRecord
    smallest: InstancePriceRecord


def oversized(case: Case, load: Load) -> Draft | NotEnough | None:
    """Advice to take a smaller size of the family; None if none holds the work.

    The highest day's p99 and the one highest sample must both fit, each with its
    head-room; the average decides nothing but whether a burstable size may be.
    Without an agent memory is not known, and it halves with each size: then only the
    next smaller size is advised, and the risk says so.
    """
    need = need_of(case.machine, load, case.thresholds)
    if not case.machine.instance_type:
        return _of_no_type(case, load, need)
    now = case.prices.listed(case.machine)
    if now is None:
        return _unpriced(case.machine, need)
    sizes = _smaller(case, now, need)
    if not sizes:
        return None
    target = sizes[-1] if need.memory_percent is None else sizes[0]
    return _draft(case, load, need, Resizing(now, target, smallest=sizes[0]))


def need_of(machine: MachineFacts, load: Load, thresholds: Thresholds) -> Need:
    """Where p99 was not read, the maximum stands for it."""
    p99 = load.highest if load.highest_p99 is None else load.highest_p99
    memory = machine.memory_maximum_percent
    return Need(
        cpu_percent=max(
            p99 * (1 + thresholds.p99_headroom),
            load.highest * (1 + thresholds.maximum_headroom),
        ),
        average_percent=load.highest_average,
        memory_percent=(
            None if memory is None else memory * (1 + thresholds.memory_headroom)
        ),
    )


def _smaller(
    case: Case, now: InstancePriceRecord, need: Need
) -> list[InstancePriceRecord]:
    """Cheaper sizes of the family with fewer vCPUs that hold it, smallest first.

    One with as many vCPUs and less memory saves memory alone, of which nothing is
    known here.
    """
    found = [
        size
        for size in case.prices.family(case.machine)
        if size.vcpus < now.vcpus
        and size.hourly < now.hourly
        and size.architecture == now.architecture
        and need.fits(size, now)
    ]
    return sorted(found, key=lambda size: (size.vcpus, size.hourly))


def _draft(case: Case, load: Load, need: Need, resizing: Resizing) -> Draft:
    now, target = resizing.now, resizing.target
    price, share = case.price, case.running_share
    other = case.prices.hourly(case.machine, target.instance_type)
    return Draft(
        rule=Rule.OVERSIZED,
        title=f"Resize {case.machine.title} to {target.instance_type}",
        current_state=(f"{_told(now)}; {load.told()} in {len(load.days)} days."),
        recommendation=f"Change it to {_told(target)}.",
        evidence={
            **load.evidence(),
            "needed_vcpus": round(need.cpu_percent * now.vcpus / WHOLE, 2),
            "memory_maximum_percent": case.machine.memory_maximum_percent,
            "from_type": now.instance_type,
            "to_type": target.instance_type,
            "smallest_by_cpu": resizing.smallest.instance_type,
            "running_share": round(share, 3),
        },
        steps=_steps(target.instance_type, case.care),
        risk=Level.LOW if need.memory_percent is not None else Level.MEDIUM,
        risk_reasons=_risks(need, now, target),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="30 minutes and a restart",
        confidence=confidence_of(len(load.days), case.thresholds),
        saved=price.monthly(share) - other.monthly(share) if price and other else None,
        now_monthly=price.monthly(share) if price else None,
        price=price,
        target=target.instance_type,
    )


def _told(size: InstancePriceRecord) -> str:
    gib = size.memory_mib / 1024
    return f"{size.instance_type} with {size.vcpus} vCPUs and {gib:g} GiB"


def _risks(
    need: Need, now: InstancePriceRecord, target: InstancePriceRecord
) -> tuple[str, ...]:
    if need.memory_percent is not None:
        return ()
    return (
        f"memory goes from {now.memory_mib / 1024:g} to "
        f"{target.memory_mib / 1024:g} GiB, and without the CloudWatch agent nobody "
        "knows how much is used",
    )


def _steps(instance_type: str, care: Care) -> tuple[str, ...]:
    look = "See how much memory is in use at a busy hour."
    if care.manager:
        return (
            look,
            f"Set {instance_type} in the launch template of the {care.manager}.",
            "Replace its machines one by one (instance refresh).",
        )
    return (
        look,
        "Stop it at a quiet hour.",
        f"Change its instance type to {instance_type} and start it.",
        "Watch CPU and memory for a week; the way back is the same.",
    )


def _unpriced(machine: MachineFacts, need: Need) -> NotEnough | None:
    """Half of it would do, but what halves are sold is not known."""
    if not _half_fits(need, machine.vcpus):
        return None
    return not_enough(
        Rule.OVERSIZED,
        machine,
        f"Half of it would hold its work, but AWS's sizes and prices of "
        f"{machine.instance_type} in {machine.region} are not known.",
    )


def _half_fits(need: Need, vcpus: int | None) -> bool:
    return vcpus != 1 and need.cpu_percent <= HALF * WHOLE


def _of_no_type(case: Case, load: Load, need: Need) -> Draft | None:
    """A machine of which only the load is known: halves for as long as they hold it.

    Its memory need not halve with it, as another family has more of it.
    """
    machine = case.machine
    if not _half_fits(need, machine.vcpus):
        return None
    share = HALF
    least = 1 / machine.vcpus if machine.vcpus else 0.0
    while share * HALF >= least and need.cpu_percent <= share * HALF * WHOLE:
        share *= HALF
    size = f"{share:.0%} of its CPU"
    if machine.vcpus:
        size = f"{machine.vcpus * share:g} of its {machine.vcpus} vCPUs"
    return Draft(
        rule=Rule.OVERSIZED,
        title=f"Resize {machine.title}",
        current_state=f"{load.told()} in {len(load.days)} days.",
        recommendation=f"{size} would hold its work.",
        evidence={
            **load.evidence(),
            "needed_percent": round(need.cpu_percent, 2),
            "memory_maximum_percent": machine.memory_maximum_percent,
        },
        steps=("Choose a size that holds this and its memory.", "Change to it."),
        risk=Level.MEDIUM,
        risk_reasons=("its instance type is not known",),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="30 minutes and a restart",
        confidence=confidence_of(len(load.days), case.thresholds),
    )
