"""The budget of what home shows: its month beside what is spent and forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount
from dashboard.spending import Spending
from insights.models import Budget


@dataclass(frozen=True, slots=True)
class MonthBudget:
    """Amounts of the month, and where they lie on the scale of the budget's bar."""

    budget: Budget
    spent: Decimal
    low: Decimal | None
    mean: Decimal | None
    high: Decimal | None

    @property
    def scale(self) -> Decimal:
        known = (self.spent, self.high, self.mean, self.budget.amount)
        return max(one for one in known if one is not None) * Decimal("1.05")

    @property
    def spent_percent(self) -> Decimal:
        return self.spent / self.budget.amount * 100

    @property
    def spent_at(self) -> float:
        return self._at(self.spent)

    @property
    def amount_at(self) -> float:
        return self._at(self.budget.amount)

    @property
    def mean_at(self) -> float | None:
        return None if self.mean is None else self._at(self.mean)

    @property
    def range_at(self) -> tuple[float, float] | None:
        """The start and width of the forecast's range."""
        if self.low is None or self.high is None:
            return None
        start = self._at(max(self.low, self.spent))
        return start, max(0.0, self._at(self.high) - start)

    @property
    def marks(self) -> Sequence[tuple[int, float]]:
        """The thresholds at which an alert is sent, and where they lie."""
        return [
            (percent, at)
            for percent in sorted(self.budget.actual_percents)
            if (at := self._at(self.budget.amount * percent / 100)) <= 100
        ]

    def _at(self, amount: Decimal) -> float:
        return float(max(amount, Decimal(0)) / self.scale * 100)


def month_budget(
    user: AnyUser, found: Spending, accounts: Sequence[CloudAccount], *, is_all: bool
) -> MonthBudget | None:
    """Return the budget of just what is shown: of everything, or of the one account
    that is chosen, or that the user sees.

    Of several the strictest. One query.
    """
    if found.month_to_date is None or found.month_to_date.total is None:
        return None
    budgets = Budget.objects.visible_to(user).filter(currency=found.currency)
    if is_all and not is_limited(user):
        budgets = budgets.filter(scope=Budget.Scope.TOTAL)
    elif len(accounts) == 1:
        budgets = budgets.filter(scope=Budget.Scope.ACCOUNT, account=accounts[0])
    else:
        return None
    budget = budgets.order_by("amount", "id").first()
    if budget is None:
        return None
    ahead = found.forecast
    return MonthBudget(
        budget,
        spent=found.month_to_date.total,
        low=ahead.low_80 if ahead else None,
        mean=found.expected,
        high=ahead.high_80 if ahead else None,
    )
