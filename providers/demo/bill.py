"""What a day's usage costs, and how much of it Cost Explorer knows already."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.windows import Window, add_months, first_of_month
from providers.demo.company import DISK_USD_PER_GIB_HOUR, hourly_usd
from providers.demo.fleet import Life, lives
from providers.demo.incidents import cost_factor
from providers.demo.services import COMPUTE, EC2_OTHER, SERVICE_LINES
from providers.demo.shapes import SMALLEST_USD, chance, digest, to_money

Usage = Mapping[tuple[str, str], Decimal]
"""USD by service and region."""

# The share of usage that is missing one, two and three days after the day began.
LATE_AT_LEAST = {1: 0.025, 2: 0.012, 3: 0.005}
LATE_AT_MOST = {1: 0.060, 2: 0.025, 3: 0.012}
# Estimates of a month become final about the 15th of the next.
FINAL_ON_DAY_OF_MONTH = 15


def settled_usage(account_id: str, anchor: date, day: date) -> Usage:
    """What that day's usage costs once all of it is known."""
    usage: dict[tuple[str, str], Decimal] = {}
    for line in SERVICE_LINES:
        if line.account_id == account_id:
            usage[line.service, line.region] = to_money(line.usage(day, anchor))
    for life in lives(account_id):
        _add_machine(usage, life, (day - anchor).days)
    for (service, region), amount in usage.items():
        factor = cost_factor(account_id, service, region, day, anchor)
        usage[service, region] = _rounded(amount * Decimal(str(factor)))
    return usage


def known_usage(account_id: str, anchor: date, day: date, today: date) -> Usage:
    """What Cost Explorer says on `today`: the three latest days are a little low."""
    settled = settled_usage(account_id, anchor, day)
    age = (today - day).days
    if age not in LATE_AT_MOST:
        return settled
    return {
        (service, region): _rounded(amount * _share_known(service, region, day, age))
        for (service, region), amount in settled.items()
    }


def dropped_usage(account_id: str, day: date) -> Decimal:
    """A few cents that the grouped answer lacks on most days."""
    digits = digest("dropped", account_id, day)
    if int(digits[0], 16) < 3:
        return Decimal(0)
    # Up to 16**7 of the tenth decimal place is up to 2.7 cents.
    return (1 + int(digits[1:8], 16)) * SMALLEST_USD


def is_estimated(day: date, today: date) -> bool:
    """The current month may still change, and until the 15th the previous one."""
    month = first_of_month(today)
    if today.day < FINAL_ON_DAY_OF_MONTH:
        month = add_months(month, -1)
    return day >= month


def month_usage(account_id: str, anchor: date, month: date) -> Decimal:
    """The usage of the whole month that starts on `month`, all of it known."""
    total = Decimal(0)
    for day in Window(month, add_months(month, 1)).days():
        total += sum(settled_usage(account_id, anchor, day).values())
    return total


def _add_machine(
    usage: dict[tuple[str, str], Decimal], life: Life, offset: int
) -> None:
    """A machine costs its hours while it runs, and its disk while it exists."""
    machine = life.machine
    compute, disk = (COMPUTE, machine.region), (EC2_OTHER, machine.region)
    for run in life.runs:
        if hours := run.hours_on(offset):
            price = hourly_usd(
                run.instance_type, machine.region, machine.platform, machine.lifecycle
            )
            usage[compute] = usage.get(compute, Decimal(0)) + price * hours
    if hours := life.hours_existing(offset):
        price = DISK_USD_PER_GIB_HOUR * machine.disk_gib
        usage[disk] = usage.get(disk, Decimal(0)) + price * hours


def _share_known(service: str, region: str, day: date, age: int) -> Decimal:
    least, most = LATE_AT_LEAST[age], LATE_AT_MOST[age]
    missing = least + (most - least) * chance("late", service, region, day, age)
    return to_money(1 - missing)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(SMALLEST_USD)
