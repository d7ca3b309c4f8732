"""Daily costs from Cost Management's query: fetch, normalize, reconcile.

A question is about one calendar month, the unit in which Microsoft counts and
restates. A month costs 3 questions: the total as it is billed, the total with
purchases spread over what they cover, and usage by two dimensions. Another asks for
charges that are no usage, only where usage misses the total; where the two totals
differ, the groups of the second are asked for in the same way, which is 1 or 2 more.
Each tag key is 1 more, or 2 where the totals differ. Every further page of 1,000 rows
counts as a question too. None costs money, but a tenant has 600 an hour.

Cost Management knows no tax, credits or support charges: those are only on invoices.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeVar

from core.money import QUANTUM, ZERO
from core.windows import ONE_DAY, Window, add_months, utc_day
from providers.azure.azure_errors import failure
from providers.azure.client import AzureClient, Question, not_understood
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.reconcile import reconciled
from providers.records import (
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)

API_VERSION = "2025-03-01"
OPERATION = "Microsoft.CostManagement/query"
ACTUAL, AMORTIZED = "ActualCost", "AmortizedCost"
MONTHS_BEFORE = 13
# A month's charges can change until the fifth day after it.
CLOSED_AFTER = timedelta(days=5)
CURRENCY_LENGTH = 3
# Amounts are summed as doubles before they are answered: what sums miss by less than
# this, in any currency, says nothing.
ROUNDING_BELOW = Decimal("1e-6")

USAGE = "Usage"
# FOCUS ChargeCategory of the other ChargeTypes, which are asked for by their names.
CATEGORIES = {
    "Purchase": ChargeCategory.PURCHASE,
    "Refund": ChargeCategory.ADJUSTMENT,
    "RoundingAdjustment": ChargeCategory.ADJUSTMENT,
    "Tax": ChargeCategory.TAX,
    "Credit": ChargeCategory.CREDIT,
    # Commitments that nothing used: amortized cost of capacity, as usage is.
    "UnusedReservation": ChargeCategory.USAGE,
    "UnusedSavingsPlan": ChargeCategory.USAGE,
}
CATEGORY_PER_TYPE = {kind.lower(): of for kind, of in CATEGORIES.items()}
TAG_PRICE = "1 or 2 more questions for each month that is read, without a price"
BILLING_ROLE = "Billing account reader, or Enterprise administrator (read only),"

R = TypeVar("R", bound=CostRecord | TagCostRecord)
# A row by the names of its columns, and what was charged when.
Raw = Mapping[str, Any]
Charged = dict[str, Any]
# (day, currency) -> amount
Totals = Mapping[tuple[date, str], Decimal]


def cost_window(now: datetime) -> Window:
    """Return the complete days for which Cost Management answers."""
    today = utc_day(now)
    return Window(add_months(today, -MONTHS_BEFORE), today)


def fetch_costs(
    client: AzureClient, window: Window, progress: Progress
) -> Iterator[CostReading]:
    """Return each month's totals, and rows that sum to them. Raise ProviderError.

    Of a month that has not begun there is nothing to ask: Azure would answer with
    another.
    """
    for month in months_of(window):
        if month.start < utc_day(client.now):
            yield Month(client, month, progress).read()


def months_of(window: Window) -> Iterator[Window]:
    """Return the parts of the window that lie in one calendar month each."""
    start = window.start
    while start < window.end:
        end = min(add_months(start, 1), window.end)
        yield Window(start, end)
        start = end


def try_costs(client: AzureClient, window: Window) -> None:
    """Ask for the total of a few days. Raise ProviderError."""
    Month(client, window, lambda _: None).totals(ACTUAL)


class Month:
    """The costs of a calendar month, or of a part of it."""

    def __init__(self, client: AzureClient, days: Window, progress: Progress) -> None:
        self._client, self._days, self._progress = client, days, progress
        self._account = client.account
        self._today = utc_day(client.now)
        following = add_months(days.start, 1)
        self._is_open = self._today < following + CLOSED_AFTER

    def read(self) -> CostReading:
        actual, amortized = self.totals(ACTUAL), self.totals(AMORTIZED)
        if not actual and not amortized:
            return CostReading([], [])  # the subscription may be younger
        tags = {
            key: self._of_both(actual, amortized, partial(self._tag_rows, key))
            for key in self._account.settings.tag_keys
        }
        return reconciled(
            self._total_records(actual, amortized),
            self._of_both(actual, amortized, self._rows),
            self._own_id,
            ROUNDING_BELOW,
            tags,
        )

    def _of_both(
        self,
        actual: Totals,
        amortized: Totals,
        fetch: Callable[[str, Totals], list[R]],
    ) -> list[R]:
        """Return the rows with both amounts; those of two questions stay apart, as
        `reconciled` sums equal keys."""
        rows = fetch(ACTUAL, actual)
        if are_equal(actual, amortized):
            return [replace(row, effective=row.billed) for row in rows]
        return rows + [
            replace(row, billed=ZERO, effective=row.billed)
            for row in fetch(AMORTIZED, amortized)
        ]

    def totals(self, kind: str) -> Totals:
        """Return the ungrouped sum of each day that has any."""
        return summed(self._fetch(kind, (), {}, self._cost_record))

    def _rows(self, kind: str, totals: Totals) -> list[CostRecord]:
        """Return usage, and all else where that is not the total."""
        usage = chosen([USAGE])
        by = ["ServiceName", "ResourceGroupName"]
        if not self._account.is_subscription:
            by = ["SubscriptionId", "ServiceName"]
        rows = list(self._fetch(kind, by, usage, self._cost_record))
        if are_equal(summed(rows), totals):
            return rows
        by = ["ChargeType", "ServiceName"]
        if not self._account.is_subscription:
            by = ["ChargeType", "SubscriptionId"]
        rest = chosen(list(CATEGORIES))
        return rows + list(self._fetch(kind, by, rest, self._cost_record))

    def _tag_rows(self, key: str, kind: str, totals: Totals) -> list[TagCostRecord]:
        """Return what each value of a tag cost; Azure ignores the case of its key."""
        by = "ServiceName" if self._account.is_subscription else "SubscriptionId"
        record = partial(self._tag_record, key)
        return list(self._fetch(kind, [by], {}, record, key))

    def _total_records(
        self, actual: Totals, amortized: Totals
    ) -> Sequence[CostTotalRecord]:
        """One per day and currency. Days that Azure leaves out have cost nothing,
        except the newest ones of an open month, whose charges are still to come."""
        answered = sorted({*actual, *amortized})
        currencies = sorted({currency for _, currency in answered})
        newest = max((day for day, _ in answered), default=None)
        return [
            CostTotalRecord(
                day,
                currency,
                billed=actual.get((day, currency), ZERO),
                effective=amortized.get((day, currency), ZERO),
                is_estimated=self._is_open,
            )
            for day in self._days.days()
            for currency in currencies
            if not self._is_open or (newest and day <= newest)
        ]

    def _fetch(
        self,
        kind: str,
        by: Sequence[str],
        filters: Mapping[str, Any],
        record: Callable[[Raw, Charged], R],
        tag_key: str = "",
    ) -> Iterator[R]:
        """Yield the answered groups that are not zero; their amount is `billed`."""
        question = self._question(kind, by, filters, tag_key)
        needed = {name.lower() for name in by} | ({"tagvalue"} if tag_key else set())
        for number, page in enumerate(self._client.pages(question), start=1):
            self._progress(f"costs {self._days}: {kind}, page {number}")
            try:
                columns = [one["name"].lower() for one in page["properties"]["columns"]]
                if absent := needed - {*columns}:
                    raise KeyError(*absent)
                for values in page["properties"]["rows"]:
                    raw = dict(zip(columns, values, strict=True))
                    charged = self._charged(question, raw)
                    if charged["billed"] or not by:
                        yield record(raw, charged)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise not_understood(question, error) from error

    def _question(
        self, kind: str, by: Sequence[str], filters: Mapping[str, Any], tag_key: str
    ) -> Question:
        # Both ends are inclusive, and Azure silently moves what is not over yet.
        last = min(self._days.end, self._today) - ONE_DAY
        groupings = [{"type": "TagKey", "name": tag_key}] if tag_key else []
        groupings += [{"type": "Dimension", "name": name} for name in by]
        dataset: dict[str, Any] = {
            "granularity": "Daily",
            # By one name, so that the column has it whichever of the two is taken.
            "aggregation": {"Cost": {"name": "Cost", "function": "Sum"}},
            **({"grouping": groupings} if groupings else {}),
        }
        return Question(
            what=f"Costs of {self._days} of {self._account}",
            operation=OPERATION,
            path=f"{self._account.scope}/providers/{OPERATION}",
            api_version=API_VERSION,
            body={
                "type": kind,
                "timeframe": "Custom",
                "timePeriod": {
                    "from": f"{self._days.start}T00:00:00Z",
                    "to": f"{last}T23:59:59Z",
                },
                "dataset": {**dataset, **filters},
            },
            role=role_of(self._client),
            progress=self._progress,
        )

    def _cost_record(self, raw: Raw, charged: Charged) -> CostRecord:
        """A charge that no service names is named by its kind, and groups that Azure
        spells in several cases are one."""
        kind = raw.get("chargetype") or USAGE
        return CostRecord(
            sub_account_id=self._sub_account(raw),
            service=raw.get("servicename") or kind,
            region="",
            charge_category=category(kind),
            resource_group=(raw.get("resourcegroupname") or "").lower(),
            **charged,
        )

    def _tag_record(self, key: str, raw: Raw, charged: Charged) -> TagCostRecord:
        service = ""
        if self._account.is_subscription:
            service = raw["servicename"] or UNALLOCATED
        return TagCostRecord(
            tag_key=key,
            tag_value=raw["tagvalue"] or "",
            sub_account_id=self._sub_account(raw),
            service=service,
            **charged,
        )

    def _charged(self, question: Question, raw: Raw) -> Charged:
        """The columns that every question is answered with, by name."""
        day = datetime.strptime(str(raw["usagedate"]), "%Y%m%d").date()
        if day not in self._days:
            raise self._incomplete(question, f"it has {day}, which was not asked for")
        return {
            "day": day,
            "currency": self._currency(question, raw["currency"]),
            "billed": self._amount(question, raw["cost"]),
            "effective": ZERO,
            "is_estimated": self._is_open,
        }

    def _sub_account(self, raw: Raw) -> str:
        return (raw.get("subscriptionid") or self._own_id).lower()

    @property
    def _own_id(self) -> str:
        return self._account.account_id if self._account.is_subscription else ""

    def _amount(self, question: Question, value: Any) -> Decimal:
        """To ten places, rounded once, so that stored rows sum exactly."""
        try:
            amount = Decimal(value).quantize(QUANTUM, ROUND_HALF_EVEN)
        except (InvalidOperation, TypeError, ValueError):
            amount = Decimal("NaN")
        if isinstance(value, bool) or not amount.is_finite():
            raise self._incomplete(question, f"{value!r} is no amount")
        return amount

    def _currency(self, question: Question, value: Any) -> str:
        if isinstance(value, str) and len(value) == CURRENCY_LENGTH:
            return value.upper()
        raise self._incomplete(question, f"{value!r} is no currency")

    def _incomplete(self, question: Question, reason: str) -> ProviderError:
        return failure(ErrorKind.INCOMPLETE, question.reading, reason)


def chosen(kinds: Sequence[str]) -> Mapping[str, Any]:
    """Return the filter of these ChargeTypes."""
    dimension = {"name": "ChargeType", "operator": "In", "values": kinds}
    return {"filter": {"dimensions": dimension}}


def category(charge_type: str) -> ChargeCategory:
    """Return the FOCUS ChargeCategory; what is unknown is an adjustment."""
    if charge_type.lower() == USAGE.lower():
        return ChargeCategory.USAGE
    return CATEGORY_PER_TYPE.get(charge_type.lower(), ChargeCategory.ADJUSTMENT)


def summed(rows: Iterable[CostRecord]) -> Totals:
    sums: dict[tuple[date, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        sums[row.day, row.currency] += row.billed
    return sums


def are_equal(one: Totals, other: Totals) -> bool:
    """Return whether they are, up to rounding, on each day and in each currency."""
    return all(
        abs(one.get(key, ZERO) - other.get(key, ZERO)) < ROUNDING_BELOW
        for key in {*one, *other}
    )


def role_of(client: AzureClient) -> str:
    if client.account.is_subscription:
        return "Cost Management Reader"
    if "/microsoft.billing/" in client.account.scope:
        return BILLING_ROLE
    return "Cost Management Reader"
