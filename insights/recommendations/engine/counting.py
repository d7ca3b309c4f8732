"""Savings that are not counted twice, and never exceed the bill."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from core.money import CENT, ZERO
from insights.recommendations.engine.advice_records import Advice, Level

InstanceKey = tuple[str, str]
"""Account id and instance id."""
AccountCurrency = tuple[str, str]
"""Account id and currency."""


def without_double_counting(
    advice: Iterable[Advice], monthly_bills: Mapping[AccountCurrency, Decimal]
) -> list[Advice]:
    """Return all advice in its order, each with the part of its saving in totals.

    An instance can be stopped, be made smaller, or be replaced: the best feasible one
    counts and the others are its alternatives. `monthly_bills` is the compute cost of
    accounts: where advice promises more, each counts proportionally less.
    """
    given = list(advice)
    best = _best_of_each(given)
    return list(_within([_counted(each, best) for each in given], monthly_bills))


def sums(advice: Iterable[Advice]) -> dict[AccountCurrency, Decimal]:
    """Return the counted saving of a month per account and currency."""
    totals: dict[AccountCurrency, Decimal] = defaultdict(lambda: ZERO)
    for each in advice:
        if each.counted_monthly:
            totals[each.account_id, each.currency] += each.counted_monthly
    return dict(totals)


def _best_of_each(given: Sequence[Advice]) -> dict[InstanceKey, Advice]:
    by_instance: dict[InstanceKey, list[Advice]] = defaultdict(list)
    for each in given:
        by_instance[each.account_id, each.instance_id].append(each)
    return {key: max(each, key=_worth) for key, each in by_instance.items()}


def _worth(advice: Advice) -> tuple[bool, bool, Decimal]:
    """What takes no high effort comes first, then what saves most."""
    known = advice.savings_monthly is not None
    is_feasible = advice.effort is not Level.HIGH
    return is_feasible, known, advice.savings_monthly or ZERO


def _counted(advice: Advice, best: Mapping[InstanceKey, Advice]) -> Advice:
    chosen = best[advice.account_id, advice.instance_id]
    if advice is chosen:
        return advice
    return replace(advice, counted_monthly=ZERO, alternative_to=chosen.rule)


def _within(
    advice: Sequence[Advice], bills: Mapping[AccountCurrency, Decimal]
) -> Iterable[Advice]:
    promised = sums(advice)
    for each in advice:
        key = (each.account_id, each.currency)
        bill, total = bills.get(key), promised.get(key, ZERO)
        if bill is None or total <= bill or not each.counted_monthly:
            yield each
            continue
        share = max(bill, ZERO) / total
        less = (each.counted_monthly * share).quantize(CENT, rounding=ROUND_DOWN)
        yield replace(each, counted_monthly=less)
