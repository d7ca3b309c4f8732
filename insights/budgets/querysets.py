"""Questions about budget alerts, answered by the database."""

from datetime import date

from people.limits import OfAccounts


class BudgetAlertQuerySet(OfAccounts):
    account_path = "budget__account"

    def unsent(self, period: date) -> "BudgetAlertQuerySet":
        """Alerts of that month that not every channel took yet."""
        return self.filter(sent_at__isnull=True, period=period)


class BudgetNoticeQuerySet(OfAccounts):
    account_path = "alert__budget__account"
