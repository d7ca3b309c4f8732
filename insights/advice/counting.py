"""Savings that are not counted twice, and never exceed the bill."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from insights.advice.prices import CENT
from insights.advice.records import Advice, Counted, Level

Machine = tuple[str, str]
"""Account id and instance id."""
Purse = tuple[str, str]
"""Account id and currency."""
ZERO = Decimal(0)


def without_double_counting(
    advice: Iterable[Advice], bills_monthly: Mapping[Purse, Decimal] | None = None
) -> list[Counted]:
    """All advice in its order, each with what of its saving is in the sum.

    One machine can be stopped, or be made smaller, or be replaced: the best of these
    that is feasible counts and the others are its alternatives. `bills_monthly` is
    what an account's compute costs a month: where advice promises more, each of it
    counts proportionally less.
    """
    given = list(advice)
    best = _best_of_each(given)
    counted = [_count(each, best) for each in given]
    return list(_within(counted, bills_monthly or {}))


def sums(counted: Iterable[Counted]) -> dict[Purse, Decimal]:
    """The expected saving of a month per account and currency."""
    totals: dict[Purse, Decimal] = defaultdict(lambda: ZERO)
    for each in counted:
        if each.counted_monthly:
            purse = (each.advice.account_id, each.advice.currency)
            totals[purse] += each.counted_monthly
    return dict(totals)


def _best_of_each(given: Sequence[Advice]) -> dict[Machine, Advice]:
    of_machine: dict[Machine, list[Advice]] = defaultdict(list)
    for each in given:
        of_machine[each.account_id, each.instance_id].append(each)
    return {machine: max(each, key=_worth) for machine, each in of_machine.items()}


def _worth(advice: Advice) -> tuple[bool, bool, Decimal]:
    """What takes no high effort comes first, then what saves most."""
    known = advice.savings_monthly is not None
    is_feasible = advice.effort is not Level.HIGH
    return is_feasible, known, advice.savings_monthly or ZERO


def _count(advice: Advice, best: Mapping[Machine, Advice]) -> Counted:
    chosen = best[advice.account_id, advice.instance_id]
    if advice is chosen:
        return Counted(advice, advice.savings_monthly)
    return Counted(advice, ZERO, alternative_to=chosen.rule)


def _within(
    counted: Sequence[Counted], bills: Mapping[Purse, Decimal]
) -> Iterable[Counted]:
    promised = sums(counted)
    for each in counted:
        purse = (each.advice.account_id, each.advice.currency)
        bill, total = bills.get(purse), promised.get(purse, ZERO)
        if bill is None or total <= bill or not each.counted_monthly:
            yield each
            continue
        share = max(bill, ZERO) / total
        less = (each.counted_monthly * share).quantize(CENT, rounding=ROUND_DOWN)
        yield replace(each, counted_monthly=less, limited_by_bill=True)
