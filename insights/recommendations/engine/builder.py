"""How a rule's finding becomes advice: priority, saving, risk and fingerprint."""

import hashlib
import json
from decimal import Decimal
from typing import Protocol

from insights.recommendations.engine.advice import (
    OF_THE_BILL,
    REMOVALS,
    Advice,
    Category,
    Json,
    Level,
    PriceBasis,
    Priority,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.change_risk import ChangeRisk

CATEGORIES = {
    "instance": Category.COMPUTE,
    "volume": Category.STORAGE,
    "snapshot": Category.STORAGE,
    "bucket": Category.STORAGE,
    "database": Category.DATABASE,
    "address": Category.NETWORK,
    "nat-gateway": Category.NETWORK,
    "load-balancer": Category.NETWORK,
}
# Shares of a resource's cost from which the impact of a saving is medium, and high.
MEDIUM_IMPACT, HIGH_IMPACT = Decimal("0.2"), Decimal("0.5")


class Subject(Protocol):
    """What advice is about: an instance, another resource, or a commitment."""

    @property
    def account_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def resource_id(self) -> str: ...
    @property
    def resource_type(self) -> str: ...
    @property
    def region(self) -> str: ...


class Price(Protocol):
    @property
    def currency(self) -> str: ...
    @property
    def basis(self) -> PriceBasis: ...
    @property
    def evidence(self) -> Json: ...


class Context(Protocol):
    """What a rule is applied to."""

    @property
    def subject(self) -> Subject: ...
    @property
    def thresholds(self) -> Thresholds: ...
    @property
    def change_risk(self) -> ChangeRisk: ...
    @property
    def price(self) -> Price | None: ...
    @property
    def monthly_cost(self) -> Decimal | None: ...


def build_advice(
    context: Context,
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
    price: Price | None = None,
    target: str = "",
) -> Advice:
    """Return advice about the resource; one of a manager is harder to change.

    `saving` is that of a month, None where no price is known. `price` is the resource's
    unless the saving is of something else: then all of that price is saved.
    """
    subject, change_risk = context.subject, context.change_risk
    cost = saving if price else context.monthly_cost
    price = (price or context.price) if saving is not None else None
    return Advice(
        rule=rule,
        account_id=subject.account_id,
        kind=subject.kind,
        resource_id=subject.resource_id,
        resource_type=subject.resource_type,
        region=subject.region,
        category=(Category.COST if rule in OF_THE_BILL else CATEGORIES[subject.kind]),
        priority=priority_of(rule, saving, context.thresholds),
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
            *(rule, subject.account_id, subject.resource_id),
            *(subject.resource_type, target),
        ),
        confidence=confidence,
        target=target,
    )


def priority_of(rule: Rule, saving: Decimal | None, lines: Thresholds) -> Priority:
    """Return it by the saving of a month; docs/insights.md has the formula."""
    if saving is None:
        return Priority.LOW if rule is Rule.STOPPED else Priority.MEDIUM
    if saving >= lines.critical_saving:
        return Priority.CRITICAL
    if saving >= lines.high_saving:
        return Priority.HIGH
    return Priority.MEDIUM if saving >= lines.medium_saving else Priority.LOW


def _impact(rule: Rule, saving: Decimal | None, monthly_cost: Decimal | None) -> Level:
    """The share of the resource's cost that is saved."""
    if rule in REMOVALS:
        return Level.HIGH
    if saving is None or not monthly_cost:
        return Level.MEDIUM
    share = saving / monthly_cost
    if share >= HIGH_IMPACT:
        return Level.HIGH
    return Level.MEDIUM if share >= MEDIUM_IMPACT else Level.LOW


def _priced(price: Price | None, monthly_cost: Decimal | None) -> Json:
    if price is None:
        return {}
    cost = None if monthly_cost is None else str(monthly_cost)
    return {**price.evidence, "monthly_cost": cost}


def _fingerprint(*substance: str) -> str:
    text = json.dumps(substance)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
