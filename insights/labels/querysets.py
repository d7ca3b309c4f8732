"""Questions about judged alarms, labeled days and calibrations."""

from typing import NamedTuple

from django.db.models import Count, Q

from clouds.access import AccountScopedQuerySet, OfAllAccountsQuerySet


class Precision(NamedTuple):
    """So many alarms were judged, and of these so many were right."""

    judged: int
    right: int

    @property
    def share(self) -> float | None:
        return self.right / self.judged if self.judged else None


class JudgmentQuerySet(AccountScopedQuerySet):
    account_path = "anomaly__account"

    def precision(self) -> Precision:
        found = self.order_by().aggregate(
            judged=Count("pk"), right=Count("pk", filter=Q(is_right=True))
        )
        return Precision(**found)


class LabeledDayQuerySet(AccountScopedQuerySet):
    account_path = "judgment__anomaly__account"


class CalibrationQuerySet(OfAllAccountsQuerySet):
    """They are learned from the alarms of all accounts."""

    def least_deviations(self) -> dict[str, float]:
        """Return the threshold of each scope that has one. One query."""
        found = self.exclude(least_deviation=None)
        return dict(found.values_list("scope", "least_deviation"))
