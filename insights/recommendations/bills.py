"""What the services of a kind of resource cost an account, day by day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.money import ZERO
from core.windows import DAYS_PER_MONTH, Window
from costs.models import CostTotal, DailyCost
from insights.recommendations.engine.advice import BillDay
from providers.records import ChargeCategory

Bills = Mapping[str, Sequence[BillDay]]


def read_bills(
    account: CloudAccount,
    window: Window,
    services: Collection[str],
    metric: str = "billed",
) -> Bills:
    """Return what these services cost each region a day. Two queries.

    They are on its own bill, or on that of its payer. A stored day without a charge
    cost 0.
    """
    used = (
        DailyCost.objects.counted()
        .in_window(window)
        .filter(
            sub_account_id=account.account_id,
            service__in=services,
            charge_category=ChargeCategory.USAGE.value,
        )
    )
    amounts: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    columns = used.order_by().values_list("region", "currency", "day")
    for region, currency, day, amount in columns.annotate(amount=Sum(metric)):
        amounts[region, currency][day] = amount
    totals = CostTotal.objects.counted().in_window(window)
    of_bills = totals.filter(account__in=(account.pk, account.payer_id))
    stored = of_bills.values_list("currency", "day", "is_estimated")
    estimated = {
        (currency, day): is_estimated for currency, day, is_estimated in stored
    }
    bills: dict[str, list[BillDay]] = defaultdict(list)
    for (region, currency), per_day in amounts.items():
        bills[region] += [
            BillDay(day, per_day.get(day, ZERO), currency, is_estimated)
            for (of_day, day), is_estimated in sorted(estimated.items())
            if of_day == currency
        ]
    return bills


@dataclass
class AccountBills:
    """The bills of one account's window; those of some services are read when asked."""

    account: CloudAccount
    window: Window

    def __post_init__(self) -> None:
        self._read: dict[frozenset[str], Bills] = {}

    def services(self, kind: str) -> frozenset[str]:
        """Return under which services this kind is charged."""
        return CLOUDS[self.account.provider].charged_under[kind]

    def of(self, services: frozenset[str]) -> Bills:
        """Return the bill of these services by region; "" has what names none."""
        if services not in self._read:
            self._read[services] = read_bills(self.account, self.window, services)
        return self._read[services]

    def effective(self, services: frozenset[str]) -> Bills:
        """Return the same with each day's share of what was paid ahead for it."""
        return read_bills(self.account, self.window, services, "effective")

    def monthly(
        self, services: frozenset[str], window: Window
    ) -> dict[tuple[str, str], Decimal]:
        """Return by account and currency what they cost a month, by these days."""
        costs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for bill in self.of(services).values():
            for day in bill:
                if day.day in window:
                    costs[self.account.account_id, day.currency] += day.billed
        return {key: cost / len(window) * DAYS_PER_MONTH for key, cost in costs.items()}
