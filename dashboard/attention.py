"""What waits for a person: budgets over or at risk, open anomalies, syncs that fail."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.urls import reverse

from clouds.access import AnyUser
from core.windows import first_of_month, utc_day
from dashboard.places import PAGE_OF
from insights.models import Anomaly, Budget
from syncs.models import Incident


@dataclass(frozen=True, slots=True)
class Need:
    """So many of one subject wait; the page of `route` lists them."""

    one: str
    several: str
    route: str
    parameters: str = ""
    count: int = 0

    def __str__(self) -> str:
        return f"{self.count:,} {self.one if self.count == 1 else self.several}"

    @property
    def url(self) -> str:
        return reverse(self.route) + self.parameters


def _budgets(user: AnyUser, now: datetime) -> QuerySet[Any]:
    """Those that are exceeded this month, or forecast to be."""
    month = Budget.objects.visible_to(user).filter(period=first_of_month(utc_day(now)))
    return month.filter(Q(spent__gt=F("amount")) | Q(forecasted__gt=F("amount")))


def _anomalies(user: AnyUser, now: datetime) -> QuerySet[Any]:
    return Anomaly.objects.visible_to(user).open()


def _incidents(user: AnyUser, now: datetime) -> QuerySet[Any]:
    return Incident.objects.visible_to(user).open()


ROWS: dict[Need, Callable[[AnyUser, datetime], QuerySet[Any]]] = {
    Need("budget over or at risk", "budgets over or at risk", "budgets"): _budgets,
    Need("open anomaly", "open anomalies", "anomalies", "?open=true"): _anomalies,
    Need("failing sync", "failing syncs", "syncs"): _incidents,
}


def needs_attention(user: AnyUser, now: datetime) -> list[Need]:
    """Return what waits, of what this user may see. One query."""
    seen = [need for need in ROWS if PAGE_OF[need.route].is_visible_to(user)]
    if not seen:
        return []
    first, *others = [
        ROWS[need](user, now)
        .order_by()
        .values_list(Value(need.route))
        .annotate(count=Count("pk"))
        for need in seen
    ]
    found: dict[str, int] = dict(first.union(*others, all=True))
    counts = ((need, found.get(need.route)) for need in seen)
    return [replace(need, count=count) for need, count in counts if count]
