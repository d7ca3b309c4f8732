"""Questions about anomalies, answered by the database."""

from clouds.access import AccountScopedQuerySet
from insights.ranking import ranked

# The worst first.
SEVERITIES = ("critical", "high", "medium", "low")


class AnomalyQuerySet(AccountScopedQuerySet):
    def open(self) -> "AnomalyQuerySet":
        return self.filter(status__in=self.model.OPEN)

    def worst_first(self) -> "AnomalyQuerySet":
        """Ongoing before over, then by severity, then the newest."""
        rank = ranked("severity", SEVERITIES)
        return self.annotate(rank=rank).order_by("is_over", "rank", "-first_day", "-id")


class AnomalyChangeQuerySet(AccountScopedQuerySet):
    account_path = "anomaly__account"
