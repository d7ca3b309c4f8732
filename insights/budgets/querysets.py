"""Questions about budget alerts, answered by the database."""

from datetime import date

from clouds.access import AccountScopedQuerySet


class BudgetAlertQuerySet(AccountScopedQuerySet):
    account_path = "budget__account"

    def without_notice(self, period: date) -> "BudgetAlertQuerySet":
        """Return alerts of that month for which no channel was configured yet."""
        return self.filter(notices=None, period=period)
