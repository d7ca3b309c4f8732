"""How a rule's finding becomes advice: priority, saving, care and fingerprint."""

from dataclasses import dataclass
from decimal import Decimal

from insights.advice.case import Case
from insights.advice.changes import fingerprint
from insights.advice.prices import HourlyPrice
from insights.advice.records import (
    Advice,
    Category,
    Json,
    Level,
    MachineFacts,
    NotEnough,
    PriceBasis,
    Rule,
)
from insights.advice.thresholds import Thresholds

CATEGORIES = {
    Rule.IDLE: Category.UNUSED,
    Rule.STOPPED: Category.UNUSED,
    Rule.OVERSIZED: Category.RIGHTSIZING,
    Rule.OLD_GENERATION: Category.MODERNIZATION,
    Rule.SCHEDULE: Category.SCHEDULING,
}
# Of a machine's cost: from here on the impact of a saving is medium, then high.
MEDIUM_IMPACT, HIGH_IMPACT = Decimal("0.2"), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule found and wrote, before money and machine are added.

    `saved` is the saving of a month and `now_monthly` what the machine costs in one;
    both None where no price is known.
    """

    rule: Rule
    title: str
    current_state: str
    recommendation: str
    evidence: Json
    steps: tuple[str, ...]
    risk: Level
    risk_reasons: tuple[str, ...]
    effort: Level
    complexity: Level
    estimated_time: str
    confidence: Level
    saved: Decimal | None = None
    now_monthly: Decimal | None = None
    price: HourlyPrice | None = None
    target: str = ""


def advice_from(draft: Draft, case: Case) -> Advice:
    """The finding as people see it. A machine of a manager takes more to change."""
    machine, care = case.machine, case.care
    price = draft.price if draft.saved is not None else None
    return Advice(
        rule=draft.rule,
        account_id=machine.account_id,
        instance_id=machine.instance_id,
        region=machine.region,
        category=CATEGORIES[draft.rule],
        priority=_priority(draft, case.thresholds),
        title=draft.title,
        current_state=draft.current_state,
        recommendation=draft.recommendation,
        evidence={**draft.evidence, **_priced(draft, price)},
        savings_monthly=draft.saved,
        currency=price.currency if price else "",
        price_basis=price.basis if price else PriceBasis.NONE,
        impact=_impact(draft),
        effort=draft.effort,
        complexity=Level.HIGH if care.manager else draft.complexity,
        risk=care.risk(draft.risk),
        risk_reason="; ".join((*draft.risk_reasons, *care.reasons)),
        estimated_time=draft.estimated_time,
        implementation_steps=(*care.first_steps(), *draft.steps),
        fingerprint=fingerprint(
            *(draft.rule, machine.account_id, machine.instance_id),
            *(machine.instance_type, draft.target),
        ),
        confidence=draft.confidence,
        target=draft.target,
    )


def not_enough(rule: Rule, machine: MachineFacts, reason: str) -> NotEnough:
    return NotEnough(rule, machine.account_id, machine.instance_id, reason)


def confidence_of(days: int, thresholds: Thresholds) -> Level:
    """High where nearly the whole look-back was measured, low at its least."""
    if days >= 0.85 * thresholds.lookback_days:
        return Level.HIGH
    return Level.MEDIUM if days > thresholds.least_days else Level.LOW


def _priority(draft: Draft, thresholds: Thresholds) -> Level:
    if draft.saved is None:
        return Level.LOW if draft.rule is Rule.STOPPED else Level.MEDIUM
    if draft.saved >= thresholds.high_saving:
        return Level.HIGH
    return Level.MEDIUM if draft.saved >= thresholds.medium_saving else Level.LOW


def _impact(draft: Draft) -> Level:
    """By how much of the machine's cost goes away."""
    if draft.rule in (Rule.IDLE, Rule.STOPPED):
        return Level.HIGH
    if draft.saved is None or not draft.now_monthly:
        return Level.MEDIUM
    share = draft.saved / draft.now_monthly
    if share >= HIGH_IMPACT:
        return Level.HIGH
    return Level.MEDIUM if share >= MEDIUM_IMPACT else Level.LOW


def _priced(draft: Draft, price: HourlyPrice | None) -> Json:
    if price is None:
        return {}
    return {
        "hourly_price": str(price.hourly.quantize(Decimal("0.0001"))),
        "price_factor": str(price.factor.quantize(Decimal("0.001"))),
        "monthly_cost": None if draft.now_monthly is None else str(draft.now_monthly),
    }
