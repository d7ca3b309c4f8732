"""In which currency an account's prices are."""

from collections.abc import Iterable

from clouds.models import CloudAccount
from costs.models import BillSpan

DEFAULT = "USD"


def currencies_of(accounts: Iterable[CloudAccount]) -> dict[int, str]:
    """Return the currency of the newest bill of each, or of whoever pays for it, by
    the account's key. One query."""
    accounts = list(accounts)
    bills = {one.pk: one.payer_id or one.pk for one in accounts}
    spans = BillSpan.objects.filter(account__in={*bills.values()})
    newest = dict(
        spans.order_by("last_day", "days").values_list("account_id", "currency")
    )
    return {pk: newest.get(bill, DEFAULT) for pk, bill in bills.items()}
