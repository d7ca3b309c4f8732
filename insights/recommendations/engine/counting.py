"""Savings that are not counted twice, and never exceed the bill."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from core.money import CENT, ZERO
from insights.recommendations.engine.advice import INSTANCE, Advice, Level

AccountCurrency = tuple[str, str]
"""Account id and currency."""
Key = tuple[str, str, str]
"""Account id, kind and resource id."""


def without_double_counting(
    advice: Iterable[Advice], monthly_bills: Mapping[AccountCurrency, Decimal]
) -> list[Advice]:
    """Return all advice in its order, each with the part of its saving in totals.

    An instance can be stopped, be made smaller, or be replaced: the best feasible one
    counts and the others are its alternatives. `monthly_bills` is what the services
    cost that the advice is about: where it promises more, each counts proportionally
    less.
    """
    given = list(advice)
    best: dict[Key, Advice] = {}
    for one in given:
        chosen = best.setdefault(_key(one), one)
        if _worth(one) > _worth(chosen):
            best[_key(one)] = one
    counted = [_counted(one, best[_key(one)]) for one in given]
    promised = sums(counted)
    return [_within_bill(one, monthly_bills, promised) for one in counted]


def sums(advice: Iterable[Advice]) -> dict[AccountCurrency, Decimal]:
    """Return the counted saving of a month per account and currency."""
    totals: dict[AccountCurrency, Decimal] = defaultdict(Decimal)
    for one in advice:
        if one.counted_monthly:
            totals[one.account_id, one.currency] += one.counted_monthly
    return dict(totals)


def _key(advice: Advice) -> Key:
    """Return what can be done about only once."""
    if advice.part_of:
        return advice.account_id, INSTANCE, advice.part_of
    return advice.account_id, advice.kind, advice.resource_id


def _worth(advice: Advice) -> tuple[bool, bool, Decimal]:
    """What takes no high effort comes first, then what saves most."""
    saving = advice.savings_monthly
    return advice.effort is not Level.HIGH, saving is not None, saving or ZERO


def _counted(advice: Advice, chosen: Advice) -> Advice:
    if advice is chosen:
        return advice
    return replace(advice, counted_monthly=ZERO, alternative_to=chosen.rule)


def _within_bill(
    advice: Advice,
    bills: Mapping[AccountCurrency, Decimal],
    promised: Mapping[AccountCurrency, Decimal],
) -> Advice:
    key = (advice.account_id, advice.currency)
    bill, total = bills.get(key), promised.get(key, ZERO)
    if bill is None or total <= bill or not advice.counted_monthly:
        return advice
    less = advice.counted_monthly * (max(bill, ZERO) / total)
    return replace(advice, counted_monthly=less.quantize(CENT, rounding=ROUND_DOWN))
