"""The first sentence of home: whether the month is on course, and what needs you."""

from collections.abc import Sequence

from django.utils.text import get_text_list

from core.money import in_short
from dashboard.attention import Need
from dashboard.month_budget import MonthBudget
from dashboard.spending import Spending


def status_sentence(found: Spending, budget: MonthBudget | None, needs: str) -> str:
    """Return it in plain words: `On course for $52,600 of $55,000; 1 open anomaly
    needs you.`"""
    return f"{_month(found, budget)}; {needs}."


def status_without_costs(needs: str, *, is_syncing: bool) -> str:
    end = "a sync is running" if is_syncing else needs
    return f"No costs are stored yet; {end}."


def needs_of_user(waiting: Sequence[Need], *, is_computed: bool) -> str:
    if waiting:
        verb = "needs" if sum(one.count for one in waiting) == 1 else "need"
        return f"{get_text_list([*map(str, waiting)], 'and')} {verb} you"
    return "nothing is urgent" if is_computed else "insights are not computed yet"


def _month(found: Spending, budget: MonthBudget | None) -> str:
    expected, month = found.expected, found.month_to_date
    if expected is None:
        if month is None or month.total is None:
            return "No complete day of this month is stored yet"
        so_far = in_short(month.total, found.currency)
        return f"{so_far} spent this month, and no forecast of its end yet"
    course = f"On course for {in_short(expected, found.currency)}"
    if budget is None:
        return f"{course} this month"
    amount = budget.budget.amount
    limit = in_short(amount, found.currency)
    if budget.spent > amount:
        beyond = in_short(budget.spent - amount, found.currency)
        return f"{course}, and the budget of {limit} is exceeded by {beyond}"
    if expected > amount:
        beyond = in_short(expected - amount, found.currency)
        return f"{course}, {beyond} more than the budget of {limit}"
    return f"{course} of {limit}"
