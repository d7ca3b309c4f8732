"""Questions about anomalies, answered by the database."""

from insights.ranking import ranked
from people.limits import OfAccounts

# The worst first.
SEVERITIES = ("critical", "high", "medium", "low")


class AnomalyQuerySet(OfAccounts):
    def open(self) -> "AnomalyQuerySet":
        """Those that nobody has closed yet."""
        return self.filter(status__in=self.model.OPEN)

    def worst_first(self) -> "AnomalyQuerySet":
        """Ongoing before over, then by severity, then the newest."""
        rank = ranked("severity", SEVERITIES)
        return self.annotate(rank=rank).order_by("is_over", "rank", "-first_day", "-id")


class AnomalyChangeQuerySet(OfAccounts):
    account_path = "anomaly__account"
