"""Load balancers and NAT gateways that nothing, or hardly anything, goes through."""

from dataclasses import dataclass
from decimal import Decimal

from core.money import CENT
from core.windows import DAYS_PER_MONTH, last_complete_days
from insights.recommendations.engine.advice import Advice, Level, NotEnough, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.removal_commands import removal_step
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import LoadBalancerRecord, NatGatewayRecord

PARTS = ("targets", "healthy_targets", "subnets")
HEALTHY = "healthy_targets"
# Of application gateways, and of load balancers.
PROBES = (HEALTHY, "healthy_percent")
# Those whose requests are counted; of the others only bytes are.
OF_REQUESTS = frozenset({"application", "classic"})


@dataclass(frozen=True, slots=True)
class Use:
    """What is counted, in units that have a price; `noise` a day is no use of it."""

    metric: str
    unit: str
    size: float
    noise: float
    costly: Decimal


def idle_balancer(
    context: ResourceContext[LoadBalancerRecord],
) -> Advice | NotEnough | None:
    """Return advice to delete one that has no healthy target, or hardly a request."""
    record, lines = context.subject.record, context.thresholds
    if _is_new(context, lines.idle_balancer_days):
        return None
    if record.targets == 0:
        return _idle(context, "It has no targets.", Level.HIGH)
    if record.healthy_targets == 0:
        text = f"None of its {record.targets} targets is healthy."
        return _idle(context, text, Level.MEDIUM)
    if _is_never_healthy(context):
        days = lines.idle_balancer_days
        text = f"None of its targets was healthy in the last {days} days."
        return _idle(context, text, Level.MEDIUM, {"days": days, HEALTHY: 0})
    return _idle_by_use(context, _use_of(record, lines), lines.idle_balancer_days)


def _is_never_healthy(context: ResourceContext[LoadBalancerRecord]) -> bool:
    """Whether Azure's probes, of which it tells each day's average, found no target
    healthy on any day."""
    window = last_complete_days(context.thresholds.idle_balancer_days, context.now)
    found = (context.subject.averages(metric, window) for metric in PROBES)
    return any(days is not None and max(days) == 0 for days in found)


def idle_gateway(
    context: ResourceContext[NatGatewayRecord],
) -> Advice | NotEnough | None:
    """Return advice to delete one that nothing is sent through."""
    record, lines = context.subject.record, context.thresholds
    if _is_new(context, lines.idle_gateway_days):
        return None
    if record.subnets == 0:
        return _idle(context, "No subnet sends through it.", Level.HIGH)
    return _idle_by_use(context, _bytes(lines), lines.idle_gateway_days)


def costly_balancer(
    context: ResourceContext[LoadBalancerRecord],
) -> Advice | NotEnough | None:
    return _costly(context, _use_of(context.subject.record, context.thresholds))


def costly_gateway(
    context: ResourceContext[NatGatewayRecord],
) -> Advice | NotEnough | None:
    return _costly(context, _bytes(context.thresholds))


def _use_of(record: LoadBalancerRecord, lines: Thresholds) -> Use:
    if record.balancer_type not in OF_REQUESTS:
        return _bytes(lines)
    return Use(
        "requests",
        "million requests",
        1e6,
        noise=lines.idle_requests_a_day,
        costly=lines.cost_per_million_requests,
    )


def _bytes(lines: Thresholds) -> Use:
    return Use("processed_bytes", "GiB", 2**30, noise=1, costly=lines.cost_per_gib)


Network = ResourceContext[LoadBalancerRecord] | ResourceContext[NatGatewayRecord]


def _is_new(context: Network, days: int) -> bool:
    since = context.subject.exists_since
    return since is not None and context.days_since(since) < days


def _idle_by_use(context: Network, use: Use, days: int) -> Advice | NotEnough | None:
    counted = context.subject.totals(use.metric, last_complete_days(days, context.now))
    if counted is None:
        reason = f"Its use is not known for each of the last {days} days."
        return NotEnough(Rule.IDLE, reason)
    if max(counted) >= use.noise:
        return None
    words = use.metric.replace("_", " ")
    text = f"At most {max(counted):,.0f} {words} a day in the last {days} days."
    return _idle(
        context,
        text,
        Level.MEDIUM if max(counted) else Level.HIGH,
        {"days": days, f"highest_{use.metric}_a_day": round(max(counted))},
    )


def _idle(
    context: Network,
    text: str,
    confidence: Level,
    evidence: dict[str, object] | None = None,
) -> Advice:
    subject = context.subject
    is_gateway = isinstance(subject.record, NatGatewayRecord)
    what = "NAT gateway" if is_gateway else "load balancer"
    steps = ("Release its public addresses, which are billed too.",)
    return build_advice(
        context,
        Rule.IDLE,
        title=f"Delete idle {what} {subject.title}",
        current_state=f"{text} Each of its hours is billed.",
        recommendation="Delete it.",
        evidence={**_parts(subject.record), **(evidence or {})},
        steps=(
            "Search for it in route tables." if is_gateway else "Search for it in DNS.",
            removal_step(subject.record),
            *(steps if is_gateway else ()),
        ),
        risk=Level.LOW if confidence is Level.HIGH else Level.MEDIUM,
        risk_reasons=(
            ("subnets that send through it lose their way to the internet",)
            if is_gateway
            else ("clients that still use its name get no answer",)
        ),
        estimated_time="30 minutes",
        confidence=confidence,
        saving=context.monthly_cost,
    )


def _parts(record: LoadBalancerRecord | NatGatewayRecord) -> dict[str, object]:
    """Return what is behind it, or sends through it, where that is known."""
    found = {name: getattr(record, name, None) for name in PARTS}
    return {name: count for name, count in found.items() if count is not None}


def _costly(context: Network, use: Use) -> Advice | NotEnough | None:
    """Return advice to share another where each unit of its use is dear."""
    subject, price, days = context.subject, context.price, context.thresholds.least_days
    if _is_new(context, days):
        return None
    counted = subject.totals(use.metric, last_complete_days(days, context.now))
    if price is None or counted is None:
        reason = (
            f"Its price is unknown, or its use on one of the last {days} days is not "
            "known."
        )
        return NotEnough(Rule.COST_PER_USE, reason)
    if max(counted) < use.noise:
        return None
    units = sum(counted) / days * float(DAYS_PER_MONTH) / use.size
    per_unit = (price.monthly / Decimal(str(units))).quantize(CENT)
    if per_unit < use.costly:
        return None
    is_gateway = isinstance(subject.record, NatGatewayRecord)
    what = "NAT gateway" if is_gateway else "load balancer"
    return build_advice(
        context,
        Rule.COST_PER_USE,
        title=f"Share another {what} instead of {subject.title}",
        current_state=(
            f"Its hours cost {per_unit} {price.currency} per {use.unit} that it "
            f"carried in {days} days."
        ),
        recommendation=(
            "Send through another NAT gateway of the network, or through endpoints of "
            "the services that are used."
            if is_gateway
            else "Move its listeners to another load balancer, by rules of host names."
        ),
        evidence={
            "days": days,
            f"{use.metric}_a_month": round(units * use.size),
            "cost_per_unit": str(per_unit),
            "unit": use.unit,
        },
        steps=(
            "Choose one in the same network that stays.",
            "Change route tables to it." if is_gateway else "Change DNS names to it.",
            removal_step(subject.record),
        ),
        risk=Level.MEDIUM,
        risk_reasons=(
            ("traffic between zones is billed, and a zone that fails takes more along",)
            if is_gateway
            else ("what shares it is affected by its changes",)
        ),
        estimated_time="half a day",
        effort=Level.MEDIUM,
        complexity=Level.MEDIUM,
        confidence=Level.MEDIUM,
        saving=price.monthly,
    )
