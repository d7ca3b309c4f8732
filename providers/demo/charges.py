"""What is on a bill besides usage: tax, support, reservations, credits, a refund."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.money import CENT
from core.windows import ONE_DAY, add_months, first_of_month
from providers.demo.bill import month_usage
from providers.demo.company import DATA_PLATFORM, PRODUCTION, VIRGINIA
from providers.demo.services import CLOUDFRONT, RDS, REDSHIFT, SUPPORT, TAX
from providers.demo.shapes import SMALLEST_USD
from providers.records import ChargeCategory

# Low, because the company is exempt in most places.
TAX_RATE = Decimal("0.025")
# Only production pays for support: the Developer plan is 3 % of a month's usage.
SUPPORT_RATE = Decimal("0.03")
# Two reserved databases, no upfront: billed each 1st, worth the same every day.
RESERVATION_USD = Decimal("1215.45")
# A migration credit, paid out in six parts that ended four months before the anchor.
CREDIT_USD = Decimal("-450.00")
CREDIT_MONTHS = range(-9, -3)
# AWS gave back what an unwanted cache invalidation had cost.
REFUND_USD = Decimal("-182.40")
REFUND_DAY = -75


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of a day that is not usage."""

    category: ChargeCategory
    service: str
    region: str
    billed: Decimal
    effective: Decimal


def charges_on(account_id: str, anchor: date, day: date) -> Iterator[Charge]:
    """Everything but usage that this account is charged for that day."""
    if day.day == 1:
        yield from _monthly(account_id, anchor, day)
    if account_id == PRODUCTION:
        yield _reservation(day)
        if day == anchor + ONE_DAY * REFUND_DAY:
            yield _same(ChargeCategory.ADJUSTMENT, CLOUDFRONT, "global", REFUND_USD)


def _monthly(account_id: str, anchor: date, day: date) -> Iterator[Charge]:
    usage = _month_usage(account_id, anchor, add_months(day, -1))
    tax = (usage * TAX_RATE).quantize(CENT)
    yield _same(ChargeCategory.TAX, TAX, "", tax)
    if account_id == PRODUCTION:
        support = (usage * SUPPORT_RATE).quantize(CENT)
        yield _same(ChargeCategory.PURCHASE, SUPPORT, "", support)
    credited = (add_months(anchor, months) for months in CREDIT_MONTHS)
    if account_id == DATA_PLATFORM and day in credited:
        yield _same(ChargeCategory.CREDIT, REDSHIFT, VIRGINIA, CREDIT_USD)


@lru_cache(maxsize=1024)
def _month_usage(account_id: str, anchor: date, month: date) -> Decimal:
    """It takes a month's work to know one day's tax, so it is remembered."""
    return month_usage(account_id, anchor, month)


def _reservation(day: date) -> Charge:
    """Billed whole on the 1st; a month's effective amounts add up to what it billed."""
    month = first_of_month(day)
    days = (add_months(month, 1) - month).days
    effective = (RESERVATION_USD / days).quantize(SMALLEST_USD)
    if day.day == days:
        effective = RESERVATION_USD - effective * (days - 1)
    billed = RESERVATION_USD if day == month else Decimal(0)
    return Charge(ChargeCategory.PURCHASE, RDS, VIRGINIA, billed, effective)


def _same(
    category: ChargeCategory, service: str, region: str, amount: Decimal
) -> Charge:
    """A charge whose effective amount is what was billed."""
    return Charge(category, service, region, amount, amount)
