"""Bills for tests: a few rows a day, totals that they sum to, and what is stored."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from clouds.models import CloudAccount
from core.testing.stored import Rows, sorted_rows
from core.windows import ONE_DAY, Window
from costs.models import (
    BillSpan,
    CostTotal,
    DailyCost,
    TagBillDay,
    TagCost,
    TagDay,
    TagRollup,
    TagSpan,
)
from costs.querysets import period_of
from costs.rollups import changing

IS_ONE_BILL = ContextVar("IS_ONE_BILL", default=False)


@contextmanager
def one_bill(*owners: CloudAccount) -> Iterator[None]:
    """What is stored within is summed once, at its end, rather than row by row."""
    with changing([owner.pk for owner in owners]):
        token = IS_ONE_BILL.set(True)
        try:
            yield
        finally:
            IS_ONE_BILL.reset(token)


def _changing(
    accounts: Collection[int], window: Window | None = None
) -> AbstractContextManager[None]:
    return nullcontext() if IS_ONE_BILL.get() else changing(accounts, window)


def charge(
    owner: CloudAccount,
    day: date,
    billed: str,
    *,
    service: str = "EC2",
    region: str = "eu-west-1",
    category: str = "Usage",
    currency: str = "USD",
    effective: str | None = None,
    sub_account: str | None = None,
    group: str = "",
) -> DailyCost:
    """One row of the bill; amortized as billed unless told otherwise."""
    with _changing([owner.pk], Window(day, day + ONE_DAY)):
        return DailyCost.objects.create(
            account=owner,
            day=day,
            sub_account_id=sub_account or owner.account_id,
            service=service,
            region=region,
            resource_group=group,
            charge_category=category,
            currency=currency,
            billed=Decimal(billed),
            effective=Decimal(effective or billed),
            is_estimated=False,
        )


def tagged(
    owner: CloudAccount,
    day: date,
    value: str,
    billed: str,
    *,
    key: str = "team",
    service: str = "EC2",
    sub_account: str | None = None,
    currency: str = "USD",
) -> TagCost:
    """One row of the bill by tag; its day's total and rows are left alone."""
    with _changing([owner.pk], Window(day, day + ONE_DAY)):
        return TagCost.objects.create(
            account=owner,
            day=day,
            tag_key=key,
            tag_value=value,
            sub_account_id=sub_account or owner.account_id,
            service=service,
            currency=currency,
            billed=Decimal(billed),
            effective=Decimal(billed),
            is_estimated=False,
        )


def close(
    owner: CloudAccount, *days: date, estimated: bool = False, currency: str = "USD"
) -> None:
    """Stores the total of each day as the sum of its rows; 0 where it has none."""
    with _changing([owner.pk]):
        for day in days:
            rows = DailyCost.objects.filter(account=owner, day=day, currency=currency)
            CostTotal.objects.create(
                account=owner,
                day=day,
                currency=currency,
                billed=sum((row.billed for row in rows), Decimal(0)),
                effective=sum((row.effective for row in rows), Decimal(0)),
                is_estimated=estimated,
            )


def store_costs(
    owner: CloudAccount,
    window: Window,
    per_day: Mapping[str, str],
    *,
    currency: str = "USD",
    category: str = "Usage",
    estimated_from: date | None = None,
) -> None:
    """The same amounts per service on every day of the window, and totals to match."""
    rows, totals = [], []
    for day in window.days():
        guess = estimated_from is not None and day >= estimated_from
        for service, amount in per_day.items():
            rows.append(
                DailyCost(
                    account=owner,
                    day=day,
                    sub_account_id=owner.account_id,
                    service=service,
                    region="eu-west-1",
                    charge_category=category,
                    currency=currency,
                    billed=Decimal(amount),
                    effective=Decimal(amount),
                    is_estimated=guess,
                )
            )
        total = sum((Decimal(amount) for amount in per_day.values()), Decimal(0))
        totals.append(
            CostTotal(
                account=owner,
                day=day,
                currency=currency,
                billed=total,
                effective=total,
                is_estimated=guess,
            )
        )
    with _changing([owner.pk], window):
        DailyCost.objects.bulk_create(rows)
        CostTotal.objects.bulk_create(totals)


def billed(**which: Any) -> dict[date, Decimal]:
    """What is stored as the total of each day that has one."""
    totals = CostTotal.objects.filter(**which).exclude(billed=0)
    return dict(totals.order_by("day").values_list("day", "billed"))


def rows_miss_totals() -> list[CostTotal]:
    """The totals to which their day's rows do not sum, billed or effective."""
    rows = DailyCost.objects.order_by().values_list("account", "day", "currency")
    sums = {
        (account, day, currency): (billed, effective)
        for account, day, currency, billed, effective in rows.annotate(
            Sum("billed"), Sum("effective")
        )
    }
    return [
        total
        for total in CostTotal.objects.all()
        if sums.get((total.account_id, total.day, total.currency), (0, 0))
        != (total.billed, total.effective)
    ]


def tags_miss_totals() -> list[tuple[object, ...]]:
    """Account, day, currency and key of the tag costs that do not sum to a total."""
    key = ("account", "day", "currency")
    rows = TagCost.objects.order_by().values_list(*key, "tag_key")
    totals = {
        (total.account_id, total.day, total.currency): (total.billed, total.effective)
        for total in CostTotal.objects.all()
    }
    return [
        of
        for *of, billed, effective in rows.annotate(Sum("billed"), Sum("effective"))
        if totals.get(tuple(of[:3])) != (billed, effective)
    ]


def tag_sums_miss_rows() -> list[tuple[object, ...]]:
    """The sums by tag that are wrong, beside those that there should be."""
    amounts = ("billed", "effective", "row_count")
    sums = {"billed": Sum("billed"), "effective": Sum("effective")}
    rows = TagCost.objects.order_by()
    of_day = ("account", "tag_key", "day", "currency")
    found = {*rows.values_list(*of_day).annotate(Count("pk"))}
    found ^= {*TagDay.objects.values_list(*of_day, "row_count")}
    key = ("tag_key", "period", "currency", "tag_value", "service")
    for dimension in TagRollup.Dimension:
        granularity = "monthly" if dimension.endswith("_month") else "daily"
        counted = rows.counted().annotate(period=period_of(granularity))
        by = [one for one in key if one != "service" or "service" in dimension]
        summed = counted.values_list(*by).annotate(**sums, row_count=Count("pk"))
        held = TagRollup.objects.filter(dimension=dimension).annotate(period=F("day"))
        found |= {*summed} ^ {*held.values_list(*by, *amounts)}
    bill_days, spans = _read_days()
    counts = ("total_count", "estimated_count", "unreconciled_count")
    found |= bill_days ^ {
        *TagBillDay.objects.values_list("tag_key", "day", "currency", *counts)
    }
    ends = ("account", "currency", "tag_key", "first_day", "last_day", "days")
    found |= spans ^ {*TagSpan.objects.values_list(*ends)}
    return sorted(found, key=repr)


def _read_days() -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """What TagBillDay and TagSpan have to hold."""
    read = defaultdict(set)
    for *of, key in TagCost.objects.values_list(
        "account", "day", "currency", "tag_key"
    ):
        read[tuple(of)].add(key)
    counts: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    days: dict[tuple[int, str, str], set[date]] = defaultdict(set)
    keys: dict[int, set[str]] = defaultdict(set)
    firsts = {(one.account_id, one.currency): one for one in BillSpan.objects.all()}
    for total in CostTotal.objects.counted():
        owner, currency = total.account_id, total.currency
        is_nothing = total.billed == total.effective == 0
        for key in {""} if is_nothing else read[owner, total.day, currency]:
            keys[owner].add(key)
            count = counts[key, total.day, currency]
            count[0] += 1
            count[1] += total.is_estimated
            count[2] += not total.is_reconciled
            span = firsts.get((owner, currency))
            if span and total.day >= span.first_day:
                days[owner, currency, key].add(total.day)
    spans: set[tuple[object, ...]] = set()
    for owner, currency in firsts:
        for key in keys[owner]:
            if both := days[owner, currency, key] | days[owner, currency, ""]:
                spans.add((owner, currency, key, min(both), max(both), len(both)))
    return {(*of, *count) for of, count in counts.items()}, spans


def stored_costs() -> Rows:
    """Return every row and total, without what tells one run from another."""
    return {
        "costs": sorted_rows(
            DailyCost,
            *("account__account_id", "day", "sub_account_id", "service", "region"),
            *("charge_category", "currency", "billed", "effective", "is_estimated"),
        ),
        "totals": sorted_rows(
            CostTotal,
            *("account__account_id", "day", "currency", "billed", "effective"),
            "is_estimated",
        ),
        "tags": sorted_rows(
            TagCost,
            *("account__account_id", "day", "tag_key", "tag_value", "sub_account_id"),
            *("service", "currency", "billed", "effective", "is_estimated"),
        ),
    }
