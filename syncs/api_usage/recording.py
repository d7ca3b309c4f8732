"""What reading the cloud costs: stored per account, operation and day, and limited."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import F

from clouds.models import CloudAccount
from core.db.upsert import upsert
from providers.errors import ErrorKind, ProviderError
from providers.meter import Usage
from syncs.models import ApiBudgetDay, ApiUsage

# "ce:GetCostAndUsage", "Microsoft.Compute/virtualMachines"
SEPARATOR = re.compile("[:/]")
KEY = ("account_id", "day", "service", "operation")
ADDED = {
    "requests": "held.requests + excluded.requests",
    "usd_e5": "held.usd_e5 + excluded.usd_e5",
}


def record_usage(account: CloudAccount, day: date, used: Mapping[str, Usage]) -> None:
    """Add these requests to those of that day."""
    # In one order, so that no two runs wait for each other.
    rows = [
        (account.pk, day, *_operation(name), usage.requests, _e5(usage.usd))
        for name, usage in sorted(used.items())
    ]
    upsert(ApiUsage, (*KEY, *ADDED), rows, KEY, joined=ADDED)


def _operation(name: str) -> list[str]:
    """Return service and operation."""
    return [*SEPARATOR.split(name, maxsplit=1), ""][:2]


def budget_gate(today: Callable[[], date]) -> Callable[[Decimal], None]:
    """Return what a meter calls with the price of each request before it is sent.

    With AWS_API_DAILY_BUDGET_USD set it reserves the price on the day that `today`
    returns, for all workers together, and raises ProviderError where that would exceed
    the budget.
    """
    budget = settings.AWS_API_DAILY_BUDGET_USD
    if budget is None:
        return lambda usd: None

    def gate(usd: Decimal) -> None:
        try:
            reserve(usd, today(), budget)
        finally:
            # Regions are read by threads, which must not keep a connection.
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    return gate


def reserve(usd: Decimal, day: date, budget: Decimal) -> None:
    """Take `usd` from the day's budget. Raises ProviderError where too little is left.

    One conditional update, so that workers side by side never pass it together.
    """
    ApiBudgetDay.objects.get_or_create(day=day)
    left = ApiBudgetDay.objects.filter(day=day, usd_e5__lte=_e5(budget) - _e5(usd))
    if not left.update(usd_e5=F("usd_e5") + _e5(usd)):
        raise ProviderError(
            ErrorKind.BUDGET,
            f"API budget of {day}",
            f"the next request costs ${usd}, which would pass the ${budget} a day",
            "Raise AWS_API_DAILY_BUDGET_USD, or let it go on after 00:00 UTC.",
        )


def _e5(usd: Decimal) -> int:
    return int(usd.scaleb(5))
