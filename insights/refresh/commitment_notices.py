"""Commitments that may have ended: their charges come no longer, or fell."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from clouds.models import CloudAccount
from core.money import ZERO, for_reading
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day
from costs.models import DailyCost
from insights.daily_costs import UNSETTLED_DAYS
from providers.records import ChargeCategory
from syncs.datasets import Dataset
from syncs.models import Watermark

# What recurs comes on the 1st of the month, or each day; the bill may tell it late.
FIRST_DAYS = 4
# From here on it fell; less than this apart, the two months before were alike.
LEAST_FALL = Decimal("0.20")
LEAST_AMOUNT = Decimal(10)
# A share of usage, which no commitment is.
NO_COMMITMENT = "support"
CAUSE = (
    "A reservation or plan may have ended, and what it covered is billed on demand: "
    "look it up in the cloud's console, and renew it or stop what it was for."
)

# The key of an account, the service, the currency.
Charge = tuple[int, str, str]


def queue_ended_commitments(now: datetime) -> None:
    """Queue a notice, once a month, of each commitment of an account and service whose
    charges in the first days of the month fell, after two months alike."""
    month = first_of_month(utc_day(now))
    months = [add_months(month, -back) for back in range(3)]
    windows = [Window(one, one.replace(day=1 + FIRST_DAYS)) for one in months]
    # The newest days arrive in part: a plan's last day would be missing, as if it fell.
    settled = windows[0].end + ONE_DAY * UNSETTLED_DAYS
    read = Watermark.objects.filter(dataset=Dataset.COST, read_until__gte=settled)
    accounts = CloudAccount.objects.enabled().in_bulk(
        read.values_list("account", flat=True)
    )
    for charge, amounts in _purchases(accounts, windows).items():
        latest, last, before = (amounts[one] for one in months)
        is_alike = before > 0 and abs(last - before) <= LEAST_FALL * before
        fall = last - latest
        if is_alike and fall >= max(LEAST_FALL * last, LEAST_AMOUNT):
            _queue(accounts[charge[0]], charge, month, (last, latest), now)


def _purchases(
    accounts: dict[int, CloudAccount], windows: list[Window]
) -> dict[Charge, dict[date, Decimal]]:
    """Return what was charged in these days of each month. One query."""
    rows = DailyCost.objects.counted().in_windows(*windows)
    rows = rows.filter(account__in=accounts, charge_category=ChargeCategory.PURCHASE)
    rows = rows.exclude(service__icontains=NO_COMMITMENT).order_by()
    days = rows.values_list("account", "service", "currency", "day")
    found: dict[Charge, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for *charge, day, amount in days.annotate(amount=Sum("billed")):
        found[tuple(charge)][first_of_month(day)] += amount
    return found


def _queue(
    account: CloudAccount,
    charge: Charge,
    month: date,
    amounts: tuple[Decimal, Decimal],
    now: datetime,
) -> None:
    _, service, currency = charge
    last, latest = amounts
    fell = f"fell from {for_reading(last, currency)} to {for_reading(latest, currency)}"
    if latest <= ZERO:
        fell = f"of {for_reading(last, currency)} did not come"
    queue_notice(
        account,
        f"commitment {month:%Y-%m} {service} {currency}",
        f"Commitment charges of {service} in {account} {fell} in {month:%B}. {CAUSE}",
        now,
        Facts(Topic.COMMITMENT, Severity.WARNING, account, last - latest, currency),
        cause=CAUSE,
    )
