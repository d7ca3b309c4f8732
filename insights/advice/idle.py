"""A machine that runs and does nothing."""

from collections.abc import Sequence

from insights.advice.care import Care
from insights.advice.case import Case
from insights.advice.days import MB
from insights.advice.drafts import Draft, confidence_of
from insights.advice.load import Load, total_mb
from insights.advice.records import Level, NetworkDay, Rule
from insights.advice.thresholds import Thresholds

STRICT = "never over the idle peak, and hardly any network"
QUIET = "quiet but for rare peaks"
TALKS = "never over the idle peak, but it talks to others"


def idle(case: Case, load: Load) -> Draft | None:
    """Advice to stop it; None if it does something.

    It is idle if its maximum never passed Compute Optimizer's peak and its network
    stayed under Trusted Advisor's 5 MB a day. With less confidence it is so, too, if
    rare small peaks such as updates were all, or if its CPU did nothing and others talk
    to it. An average alone says nothing: one at 4 % that once reached 85 % is at work.
    """
    kind = _kind(load, case.thresholds)
    if not kind:
        return None
    machine, price, share = case.machine, case.price, case.running_share
    monthly = price.monthly(share) if price else None
    return Draft(
        rule=Rule.IDLE,
        title=f"Stop {machine.title}, which does nothing",
        current_state=(
            f"{machine.instance_type or 'The machine'} runs; {load.told()} in "
            f"{len(load.days)} days{_network_told(load)}."
        ),
        recommendation=_recommendation(case.care),
        evidence={**load.evidence(), "rule": kind, "running_share": round(share, 3)},
        steps=_steps(case.care),
        risk=Level.LOW if kind == STRICT else Level.MEDIUM,
        risk_reasons=_risks(load, kind),
        effort=Level.LOW,
        complexity=Level.LOW,
        estimated_time="15 minutes",
        confidence=_confidence(load, kind, case.thresholds),
        saved=monthly,
        now_monthly=monthly,
        price=price,
    )


def _kind(load: Load, thresholds: Thresholds) -> str:
    """Empty if it is not idle."""
    quiet = network_is_quiet(load.network, thresholds)
    if load.highest < thresholds.idle_peak_percent:
        if (load.most_network_mb or 0.0) <= thresholds.idle_network_mb:
            return STRICT
        if quiet:
            return QUIET
        is_unused = load.highest <= thresholds.unused_peak_percent
        return TALKS if is_unused or _is_background(load, thresholds) else ""
    is_quiet = (
        load.highest_average <= thresholds.quiet_average_percent
        and load.highest < thresholds.quiet_peak_percent
    )
    return QUIET if is_quiet and quiet else ""


def network_is_quiet(days: Sequence[NetworkDay], thresholds: Thresholds) -> bool:
    """Whether nearly all of these days stayed under Google's rates; so do none."""
    quiet = sum(
        (day.in_bytes or 0) <= thresholds.quiet_received_mb * MB
        and (day.out_bytes or 0) <= thresholds.quiet_sent_mb * MB
        for day in days
    )
    return quiet >= thresholds.quiet_network_share * len(days)


def _is_background(load: Load, thresholds: Thresholds) -> bool:
    """Whether its network is what agents and broadcasts make on nearly all days."""
    below = sum(total_mb(d) <= thresholds.background_network_mb for d in load.network)
    return below >= thresholds.quiet_network_share * len(load.network)


def _confidence(load: Load, kind: str, thresholds: Thresholds) -> Level:
    if not load.network or kind == TALKS:
        return Level.LOW
    by_days = confidence_of(len(load.days), thresholds)
    return Level.MEDIUM if kind == QUIET and by_days is Level.HIGH else by_days


def _network_told(load: Load) -> str:
    most = load.most_network_mb
    if most is None:
        return "; its network is not known"
    return f", at most {most:.1f} MB of network a day"


def _risks(load: Load, kind: str) -> tuple[str, ...]:
    risks = []
    if kind == QUIET:
        risks.append(f"see what reached {load.highest:.1f} % on {load.highest_on}")
    if kind == TALKS:
        risks.append(f"see who moves {load.most_network_mb:.0f} MB of network a day")
    if not load.network:
        risks.append("its network is not known")
    return tuple(risks)


def _recommendation(care: Care) -> str:
    if care.manager:
        return f"Lower the desired size of its {care.manager} by one."
    return "Stop it, and terminate it when nobody has missed it."


def _steps(care: Care) -> tuple[str, ...]:
    if care.manager:
        return (
            f"Lower the desired and the minimum size of the {care.manager}.",
            "Watch the remaining machines for a week.",
        )
    return (
        "Stop it. Its volumes stay, and can be started again.",
        "Wait for two weeks, a month's end among them, for someone to miss it.",
        "Take an image, terminate it, delete its volumes and release its address.",
    )
