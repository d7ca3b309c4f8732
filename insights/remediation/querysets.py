"""Questions about remediations."""

from datetime import datetime
from typing import Any, Self

from django.db.models import Case, IntegerField, Q, Value, When

from clouds.access import AccountScopedQuerySet
from core.windows import utc_day


class RemediationQuerySet(AccountScopedQuerySet):
    def open(self) -> Self:
        """Return those that wait for a user or for a worker."""
        return self.filter(status__in=self.model.OPEN)

    def to_work_on(self) -> Self:
        """Return those that wait for a worker: for their dry run, or to be run."""
        unchecked = Q(status=self.model.Status.PROPOSED, checked_at=None)
        return self.filter(unchecked | Q(status__in=self.model.AT_WORK))

    def newest_open_first(self) -> Self:
        waits = Case(
            When(status__in=self.model.OPEN, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        return self.order_by(waits, "-proposed_at", "-id")

    def counted_on_day_of(self, now: datetime) -> Self:
        """Return what counts towards the limit of this UTC day: what was begun on it,
        and what is approved and waits.

        To take something back never waits for another day, and a schedule was approved
        once for all of its hours.
        """
        begun = Q(started_at__date=utc_day(now))
        waiting = Q(status=self.model.Status.APPROVED)
        counted = self.filter(begun | waiting, undoes=None, schedule=None)
        return counted.exclude(resource=None)

    def about(self, row: Any) -> Self:
        """Return those of a resource, a run, a recommendation or an anomaly."""
        return self.filter(**{row_name(row): row.pk})


class RemediationLineQuerySet(AccountScopedQuerySet):
    account_path = "remediation__account"


def row_name(row: Any) -> str:
    """Return the column that names such a row; every kind of resource is one."""
    names = {"recommendation": "recommendation", "anomaly": "anomaly", "syncrun": "run"}
    return names.get(row._meta.model_name, "resource")
