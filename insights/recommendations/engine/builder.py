"""How a rule's finding becomes advice: priority, saving, risk and fingerprint."""

import hashlib
import json
from decimal import Decimal

from insights.recommendations.engine.advice import (
    Advice,
    Category,
    Json,
    Level,
    PriceBasis,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import HourlyPrice
from insights.recommendations.engine.rule_context import RuleContext

CATEGORIES = {
    Rule.IDLE: Category.UNUSED,
    Rule.STOPPED: Category.UNUSED,
    Rule.ALLOCATED: Category.UNUSED,
    Rule.OVERSIZED: Category.RIGHTSIZING,
    Rule.OLD_GENERATION: Category.MODERNIZATION,
    Rule.SCHEDULE: Category.SCHEDULING,
}
# Shares of an instance's cost from which the impact of a saving is medium, and high.
MEDIUM_IMPACT, HIGH_IMPACT = Decimal("0.2"), Decimal("0.5")


def build_advice(
    context: RuleContext,
    rule: Rule,
    *,
    title: str,
    current_state: str,
    recommendation: str,
    evidence: Json,
    steps: tuple[str, ...],
    risk: Level,
    risk_reasons: tuple[str, ...],
    estimated_time: str,
    confidence: Level,
    effort: Level = Level.LOW,
    complexity: Level = Level.LOW,
    saving: Decimal | None = None,
    price: HourlyPrice | None = None,
    target: str = "",
) -> Advice:
    """Return advice about the instance; one of a manager is harder to change.

    `saving` is that of a month, None where no price is known. `price` is the instance's
    unless the saving is of something else: then all of that price is saved.
    """
    machine, change_risk = context.machine, context.change_risk
    cost = saving if price else context.monthly_cost
    price = (price or context.price) if saving is not None else None
    return Advice(
        rule=rule,
        account_id=machine.account_id,
        instance_id=machine.instance_id,
        region=machine.region,
        category=CATEGORIES[rule],
        priority=_priority(rule, saving, context.thresholds),
        title=title,
        current_state=current_state,
        recommendation=recommendation,
        evidence={**evidence, **_priced(price, cost)},
        savings_monthly=saving,
        counted_monthly=saving,
        currency=price.currency if price else "",
        price_basis=price.basis if price else PriceBasis.NONE,
        impact=_impact(rule, saving, cost),
        effort=effort,
        complexity=Level.HIGH if change_risk.manager else complexity,
        risk=change_risk.level(risk),
        risk_reason="; ".join((*risk_reasons, *change_risk.reasons)),
        estimated_time=estimated_time,
        implementation_steps=(*change_risk.first_steps, *steps),
        fingerprint=_fingerprint(
            *(rule, machine.account_id, machine.instance_id),
            *(machine.instance_type, target),
        ),
        confidence=confidence,
        target=target,
    )


def _priority(rule: Rule, saving: Decimal | None, thresholds: Thresholds) -> Level:
    if saving is None:
        return Level.LOW if rule is Rule.STOPPED else Level.MEDIUM
    if saving >= thresholds.high_saving:
        return Level.HIGH
    return Level.MEDIUM if saving >= thresholds.medium_saving else Level.LOW


def _impact(rule: Rule, saving: Decimal | None, monthly_cost: Decimal | None) -> Level:
    """The share of the instance's cost that is saved."""
    if rule in (Rule.IDLE, Rule.STOPPED, Rule.ALLOCATED):
        return Level.HIGH
    if saving is None or not monthly_cost:
        return Level.MEDIUM
    share = saving / monthly_cost
    if share >= HIGH_IMPACT:
        return Level.HIGH
    return Level.MEDIUM if share >= MEDIUM_IMPACT else Level.LOW


def _priced(price: HourlyPrice | None, monthly_cost: Decimal | None) -> Json:
    if price is None:
        return {}
    return {
        "hourly_price": str(price.hourly.quantize(Decimal("0.0001"))),
        "price_factor": str(price.factor.quantize(Decimal("0.001"))),
        "monthly_cost": None if monthly_cost is None else str(monthly_cost),
    }


def _fingerprint(*substance: str) -> str:
    text = json.dumps(substance)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
