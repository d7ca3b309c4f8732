"""Disks of a type whose successor does the same for less."""

from core.money import CENT
from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.alternatives import alternatives_of
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import VolumeRecord


def cheaper_type(context: ResourceContext[VolumeRecord]) -> Advice | NotEnough | None:
    """Return advice for the cheapest type with at least as many IOPS and MiB/s."""
    subject, now = context.subject, context.price
    record = subject.record
    others = alternatives_of(record)
    if not others or not record.attached_to:
        return None
    prices = {
        name: price for name, price in subject.other_prices.items() if name in others
    }
    if now is None or not prices:
        reason = (
            f"{record.volume_type} has successors, but its price or theirs in "
            f"{record.region} is unknown."
        )
        return NotEnough(Rule.VOLUME_TYPE, reason)
    target = min(prices, key=lambda name: prices[name].monthly)
    saving = (now.monthly - prices[target].monthly).quantize(CENT)
    if saving <= 0:
        return None
    changed = others[target]
    needs = f"{changed['iops']:,} IOPS and {changed['throughput_mib']} MiB/s"
    return build_advice(
        context,
        Rule.VOLUME_TYPE,
        title=f"Change {subject.title} from {record.volume_type} to {target}",
        current_state=(
            f"{record.volume_type}, {record.size_gib:,} GiB; {target} with {needs} is "
            "never slower."
        ),
        recommendation=f"Change its type to {target} with {needs}.",
        evidence={
            "from_type": record.volume_type,
            "to_type": target,
            "size_gib": record.size_gib,
            "iops": changed["iops"],
            "throughput_mib": changed["throughput_mib"],
            "new_monthly_cost": str(prices[target].monthly.quantize(CENT)),
        },
        steps=(
            f"Run: aws ec2 modify-volume --volume-id {record.resource_id} "
            f"--volume-type {target} --iops {changed['iops']}"
            + (f" --throughput {changed['throughput_mib']}" if target == "gp3" else "")
            + f" --region {record.region}",
            "It stays in use; it can be changed again after six hours.",
        ),
        risk=Level.LOW,
        risk_reasons=("while it is changed it may be slower",),
        estimated_time="15 minutes",
        confidence=Level.HIGH,
        saving=saving,
        target=target,
    )
