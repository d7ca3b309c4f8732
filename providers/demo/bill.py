"""What the company is charged for on a day, as far as it is known by then."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.money import CENT, QUANTUM, ZERO
from core.windows import ONE_DAY, Window, add_months, first_of_month
from providers.demo.azure_bill import Charge
from providers.demo.azure_bill import charges as azure_charges
from providers.demo.company import (
    CLOUD_OF,
    CURRENCY,
    DATA_PLATFORM,
    DISK_USD_PER_GIB_HOUR,
    PRODUCTION,
    VIRGINIA,
    Cloud,
    hourly_usd,
)
from providers.demo.events import Events, known
from providers.demo.incidents import cost_factor
from providers.demo.lives import Life, lives
from providers.demo.saved_charges import saved_charges
from providers.demo.services import (
    CLOUDFRONT,
    COMPUTE,
    EC2_OTHER,
    RDS,
    REDSHIFT,
    SERVICE_LINES,
    SUPPORT,
    TAX,
)
from providers.demo.shapes import chance, digest, to_money
from providers.records import UNALLOCATED, ChargeCategory, CostRecord

Usage = Mapping[tuple[str, str], Decimal]
"""USD by service and place: a region of AWS, a resource group of Azure."""

# The share of usage that is missing one, two and three days after the day began.
LATE_AT_LEAST = {1: 0.025, 2: 0.012, 3: 0.005}
LATE_AT_MOST = {1: 0.060, 2: 0.025, 3: 0.012}
# By then a bill that arrives by the hour is complete.
ARRIVED_AT_HOUR = 18
# Estimates of a month become final about the 15th of the next.
FINAL_ON_DAY_OF_MONTH = 15
# Low, because the company is exempt in most places.
TAX_RATE = Decimal("0.025")
# Only production pays for support: the Developer plan is 3% of a month's usage.
SUPPORT_RATE = Decimal("0.03")
# Two reserved databases, no upfront: billed each 1st, worth the same every day.
RESERVATION_USD = Decimal("1215.45")
# A migration credit, paid out in six parts that ended four months before the anchor.
CREDIT_USD = Decimal("-450.00")
CREDIT_MONTHS = range(-9, -3)
# AWS gave back what an unwanted cache invalidation had cost.
REFUND_USD = Decimal("-182.40")
REFUND_DAY = -75


def arrived_by(hour: int) -> Decimal:
    """Return the share of the day before that is known after that hour of a day, where
    the bill arrives by the hour."""
    return min(Decimal(hour + 1) / ARRIVED_AT_HOUR, Decimal(1))


def cost_rows(
    account_id: str,
    anchor: date,
    day: date,
    today: date,
    events: Events = (),
    *,
    arrived: Decimal = Decimal(1),
) -> list[CostRecord]:
    """Return all charges of that day as its cloud answers on `today`, of whose day
    before such a share has arrived."""
    is_azure = CLOUD_OF[account_id] is Cloud.AZURE

    def row(
        category: ChargeCategory,
        service: str,
        place: str,
        billed: Decimal,
        effective: Decimal | None = None,
    ) -> CostRecord:
        return CostRecord(
            day=day,
            sub_account_id=account_id,
            service=service,
            region="" if is_azure else place,
            resource_group=place if is_azure else "",
            charge_category=category,
            currency=CURRENCY,
            billed=billed,
            effective=billed if effective is None else effective,
            is_estimated=is_estimated(day, today),
        )

    usage = known_usage(account_id, anchor, day, today, events)
    if day == today - ONE_DAY:
        usage = {key: (usd * arrived).quantize(QUANTUM) for key, usd in usage.items()}
    rows = [row(ChargeCategory.USAGE, *key, amount) for key, amount in usage.items()]
    if is_azure:
        return rows  # Cost Management has neither tax nor credits
    if day.day == 1:
        spent = _month_usage(account_id, anchor, add_months(day, -1), events)
        tax = (spent * TAX_RATE).quantize(CENT)
        rows.append(row(ChargeCategory.TAX, TAX, "", tax))
        if account_id == PRODUCTION:
            support = (spent * SUPPORT_RATE).quantize(CENT)
            rows.append(row(ChargeCategory.PURCHASE, SUPPORT, "", support))
        credited = (add_months(anchor, months) for months in CREDIT_MONTHS)
        if account_id == DATA_PLATFORM and day in credited:
            rows.append(row(ChargeCategory.CREDIT, REDSHIFT, VIRGINIA, CREDIT_USD))
    if account_id == PRODUCTION:
        amounts = _reservation(day)
        rows.append(row(ChargeCategory.PURCHASE, RDS, VIRGINIA, *amounts))
        if day == anchor + ONE_DAY * REFUND_DAY:
            refund = (CLOUDFRONT, "global", REFUND_USD)
            rows.append(row(ChargeCategory.ADJUSTMENT, *refund))
    if dropped := _dropped_usage(account_id, day):
        rows.append(row(ChargeCategory.USAGE, UNALLOCATED, "", dropped))
    return rows


def settled_usage(
    account_id: str, anchor: date, day: date, events: Events = ()
) -> Usage:
    """Return what that day's usage costs once all of it is known."""
    usage: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for service, place, _, usd in charges(account_id, anchor, day, events):
        if usd:
            usage[service, place] += usd
    for (service, place), amount in usage.items():
        factor = cost_factor(account_id, service, place, day, anchor, events)
        usage[service, place] = (amount * Decimal(str(factor))).quantize(QUANTUM)
    return dict(usage)


def charges(
    account_id: str, anchor: date, day: date, events: Events = ()
) -> Iterator[Charge]:
    """Yield what that day costs where nothing goes wrong: service, place, team, USD."""
    offset = (day - anchor).days
    # A day is charged by what was known at its end.
    events = known(events, 24 * offset + 23)
    for line in SERVICE_LINES:
        if line.account_id == account_id:
            usd = to_money(line.usage(day, anchor))
            yield line.service, line.place, line.team, usd
    if CLOUD_OF[account_id] is Cloud.AZURE:
        yield from azure_charges(account_id, offset, events)
        return
    yield from saved_charges(account_id, offset, events)
    for life in lives(account_id, events):
        yield from _of_machine(life, offset)


def known_usage(
    account_id: str, anchor: date, day: date, today: date, events: Events = ()
) -> Usage:
    """Return what is known on `today`: the three latest days are a little low."""
    settled = settled_usage(account_id, anchor, day, events)
    age = (today - day).days
    if age not in LATE_AT_MOST:
        return settled
    least, most = LATE_AT_LEAST[age], LATE_AT_MOST[age]
    known: dict[tuple[str, str], Decimal] = {}
    for key, amount in settled.items():
        missing = least + (most - least) * chance("late", *key, day, age)
        known[key] = (amount * to_money(1 - missing)).quantize(QUANTUM)
    return known


def is_estimated(day: date, today: date) -> bool:
    """The current month may still change, and until the 15th the previous one."""
    month = first_of_month(today)
    if today.day < FINAL_ON_DAY_OF_MONTH:
        month = add_months(month, -1)
    return day >= month


def _dropped_usage(account_id: str, day: date) -> Decimal:
    """Return a few cents that the grouped answer lacks on most days."""
    digits = digest("dropped", account_id, day)
    if int(digits[0], 16) < 3:
        return ZERO
    # Up to 16**7 of the tenth decimal place is up to 2.7 cents.
    return (1 + int(digits[1:8], 16)) * QUANTUM


@lru_cache(maxsize=1024)
def _month_usage(account_id: str, anchor: date, month: date, events: Events) -> Decimal:
    """The settled usage of that month; cached, as one day's tax needs all of it."""
    days = Window(month, add_months(month, 1)).days()
    usage = (settled_usage(account_id, anchor, day, events).values() for day in days)
    return sum((sum(amounts, ZERO) for amounts in usage), ZERO)


def _of_machine(life: Life, offset: int) -> Iterator[Charge]:
    """Its hours while it runs, and its disk while it exists."""
    machine = life.machine
    of_whom = machine.region, machine.team
    for run in life.runs:
        if hours := run.hours_on(offset):
            price = hourly_usd(
                run.instance_type, machine.region, machine.platform, machine.lifecycle
            )
            yield COMPUTE, *of_whom, price * hours
    if hours := life.hours_existing(offset):
        price = DISK_USD_PER_GIB_HOUR * machine.disk_gib
        yield EC2_OTHER, *of_whom, price * hours


def _reservation(day: date) -> tuple[Decimal, Decimal]:
    """Billed on the 1st; a month's effective amounts add up to what it billed."""
    month = first_of_month(day)
    days = (add_months(month, 1) - month).days
    effective = (RESERVATION_USD / days).quantize(QUANTUM)
    if day.day == days:
        effective = RESERVATION_USD - effective * (days - 1)
    return RESERVATION_USD if day == month else ZERO, effective
