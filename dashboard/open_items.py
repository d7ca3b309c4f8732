"""What home lists under "Needs you": anomalies and recommendations by money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from clouds.models import CloudAccount
from core.money import ZERO
from insights.models import Anomaly, Recommendation

LISTED = 6
LARGEST_IMPACT = F("impact").desc(nulls_last=True)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open anomaly with its impact, or recommendation with its saving a month."""

    row: Anomaly | Recommendation
    amount: Decimal | None
    is_anomaly: bool

    @property
    def kind(self) -> str:
        """What it is called where it is handed over (insights.owners.assignment)."""
        return "anomaly" if self.is_anomaly else "recommendation"


def open_items(
    user: User, currency: str | None, accounts: Sequence[CloudAccount] | None
) -> list[OpenItem]:
    """Return those of the most money, in a currency or, without one, in any; of some
    accounts only, or of all that the user sees. Two queries."""
    limits: dict[str, Any] = {"account__in": accounts} if accounts is not None else {}
    if currency:
        limits["currency__in"] = (currency, "")
    found: list[OpenItem] = []
    if user.has_perm("insights.view_anomaly"):
        rows = Anomaly.objects.visible_to(user).open().filter(**limits)
        rows = rows.select_related("account", "resource", "owner")
        found += [
            OpenItem(one, one.impact, is_anomaly=True)
            for one in rows.order_by(LARGEST_IMPACT, "-first_day", "-id")[:LISTED]
        ]
    if user.has_perm("insights.view_recommendation"):
        live = Recommendation.objects.visible_to(user).live().filter(**limits)
        live = live.filter(alternative_to="").select_related(
            "account", "resource", "owner"
        )
        found += [
            OpenItem(one, one.savings_monthly, is_anomaly=False)
            for one in live.largest_saving_first()[:LISTED]
        ]
    found.sort(key=lambda one: abs(one.amount or ZERO), reverse=True)
    return found[:LISTED]
