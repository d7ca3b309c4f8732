"""In which currency an account's prices are."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from clouds.models import CloudAccount
from costs.models import BillSpan

DEFAULT = "USD"

T = TypeVar("T")


def currencies_of(accounts: Iterable[CloudAccount]) -> dict[int, str]:
    """Return the currency of each account's newest bill, or of its payer's, by the
    account's key. One query."""
    accounts = list(accounts)
    bills = {one.pk: one.payer_id or one.pk for one in accounts}
    spans = BillSpan.objects.filter(account__in={*bills.values()})
    newest = dict(
        spans.order_by("last_day", "days").values_list("account_id", "currency")
    )
    return {pk: newest.get(bill, DEFAULT) for pk, bill in bills.items()}


def in_currency(prices: Mapping[str, T], wanted: str) -> T:
    """Return those in that currency, else in dollars, else in the first by name."""
    found = (each for each in (wanted, DEFAULT) if each in prices)
    return prices[next(found, min(prices))]
