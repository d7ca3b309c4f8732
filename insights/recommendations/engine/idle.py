"""Idle instances: they run, and do nothing."""

from collections.abc import Sequence

from insights.recommendations.engine.advice import Advice, Level, NetworkDay, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.utilization import MB, Utilization, total_mb

STRICT = "never over the idle peak, and hardly any network"
QUIET = "quiet but for rare peaks"
TALKS = "never over the idle peak, but it talks to others"


def idle(context: RuleContext, utilization: Utilization) -> Advice | None:
    """Return advice to stop it; None if it does something.

    It is idle if its maximum never exceeded Compute Optimizer's peak and its network
    stayed under Trusted Advisor's 5 MB a day. With less confidence it is also idle if
    there were only rare small peaks such as updates, or if its CPU did nothing and only
    its network was used. The average alone does not count: one at 4% that once reached
    85% is at work.
    """
    kind = _kind(utilization, context.thresholds)
    if not kind:
        return None
    machine, manager = context.machine, context.change_risk.manager
    return build_advice(
        context,
        Rule.IDLE,
        title=f"{machine.stop} idle instance {machine.title}",
        current_state=(
            f"{machine.instance_type or 'The instance'} runs; "
            f"{utilization.summary} in {len(utilization.days)} days"
            f"{_network_text(utilization.most_network_mb)}."
        ),
        recommendation=(
            f"Lower the desired size of its {manager} by one."
            if manager
            else f"{machine.stop} it, and terminate it when nobody needs it."
        ),
        evidence={
            **utilization.evidence,
            "rule": kind,
            "running_share": round(context.running_share, 3),
        },
        steps=_steps(manager, machine.stop),
        risk=Level.LOW if kind == STRICT else Level.MEDIUM,
        risk_reasons=_risks(utilization, kind),
        estimated_time="15 minutes",
        confidence=_confidence(context, utilization, kind),
        saving=context.monthly_cost,
    )


def _kind(utilization: Utilization, thresholds: Thresholds) -> str:
    """Return the kind of idleness; empty if it is not idle."""
    quiet = network_is_quiet(utilization.network, thresholds)
    if utilization.highest < thresholds.idle_peak_percent:
        if (utilization.most_network_mb or 0.0) <= thresholds.idle_network_mb:
            return STRICT
        if quiet:
            return QUIET
        is_unused = utilization.highest <= thresholds.unused_peak_percent
        return TALKS if is_unused or _is_background(utilization, thresholds) else ""
    is_quiet = (
        utilization.highest_average <= thresholds.quiet_average_percent
        and utilization.highest < thresholds.quiet_peak_percent
    )
    return QUIET if is_quiet and quiet else ""


def network_is_quiet(days: Sequence[NetworkDay], thresholds: Thresholds) -> bool:
    """Return whether nearly all of these days stayed under Google's rates."""
    quiet = sum(
        (day.in_bytes or 0) <= thresholds.quiet_received_mb * MB
        and (day.out_bytes or 0) <= thresholds.quiet_sent_mb * MB
        for day in days
    )
    return quiet >= thresholds.quiet_network_share * len(days)


def _is_background(utilization: Utilization, thresholds: Thresholds) -> bool:
    """Return whether nearly all days have only the network of agents."""
    days = utilization.network
    below = sum(total_mb(day) <= thresholds.background_network_mb for day in days)
    return below >= thresholds.quiet_network_share * len(days)


def _confidence(context: RuleContext, utilization: Utilization, kind: str) -> Level:
    if not utilization.network or kind == TALKS:
        return Level.LOW
    by_days = context.confidence(len(utilization.days))
    return Level.MEDIUM if kind == QUIET and by_days is Level.HIGH else by_days


def _network_text(most_mb: float | None) -> str:
    if most_mb is None:
        return "; its network is not known"
    return f", at most {most_mb:.1f} MB of network a day"


def _risks(utilization: Utilization, kind: str) -> tuple[str, ...]:
    risks = []
    if kind == QUIET:
        peak = f"{utilization.highest:.1f}% on {utilization.highest_on}"
        risks.append(f"find out what reached {peak}")
    if kind == TALKS:
        traffic = f"{utilization.most_network_mb:.0f} MB of network a day"
        risks.append(f"find out what causes {traffic}")
    if not utilization.network:
        risks.append("its network usage is unknown")
    return tuple(risks)


def _steps(manager: str, stop: str) -> tuple[str, ...]:
    if manager:
        return (
            f"Lower the desired and the minimum size of the {manager}.",
            "Watch the remaining machines for a week.",
        )
    return (
        f"{stop} it. Its volumes stay, and it can be started again.",
        "Wait two weeks that include a month's end, in case somebody needs it.",
        "Take an image, terminate it, delete its volumes and release its address.",
    )
