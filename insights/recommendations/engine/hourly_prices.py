"""The hourly price of an instance: at the account's effective rate, else list price.

No service bills one instance by name, but the daily compute cost of an account and a
region is known, and so is what ran there. The effective rate is billed over that at
list price, with all discounts and commitments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.money import CENT, ZERO
from core.windows import HOURS_PER_MONTH, Window, last_complete_days
from insights.recommendations.engine.advice_records import (
    BillDay,
    MachineFacts,
    PriceBasis,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.observation_window import hours_on, value_on
from pricing.families import family_of, operating_system
from providers.records import InstancePriceRecord

HOURS_PER_DAY = Decimal(24)
ONE = Decimal(1)
# Above it the bill has instances that the inventory lacks, so there is no rate.
HIGHEST_FACTOR = Decimal("1.02")
# Below it hours were counted that were not billed, so there is no rate either.
LOWEST_FACTOR = Decimal("0.20")
# Days of bill without which a rate would be chance.
LEAST_DAYS = 7
SPOT = "spot"


@dataclass(frozen=True, slots=True)
class BillRate:
    """The effective rate of an account in a region; `factor` is at most 1."""

    factor: Decimal
    currency: str
    days: int
    billed: Decimal
    listed: Decimal


@dataclass(frozen=True, slots=True)
class HourlyPrice:
    """The price of one running hour, and its source."""

    hourly: Decimal
    currency: str
    basis: PriceBasis
    factor: Decimal = ONE

    def monthly(self, share: float = 1.0) -> Decimal:
        """Return the price of a month, of which it runs that share, to the cent."""
        return (self.hourly * HOURS_PER_MONTH * Decimal(str(share))).quantize(CENT)


class Prices:
    """The price list, and effective rates by (account id, region)."""

    def __init__(
        self,
        records: Iterable[InstancePriceRecord] = (),
        rates: Mapping[tuple[str, str], BillRate] | None = None,
    ) -> None:
        self._rates = dict(rates or {})
        self._listed: dict[tuple[str, str, str], dict[str, InstancePriceRecord]] = (
            defaultdict(dict)
        )
        for record in records:
            if record.hourly.is_finite() and record.hourly > ZERO:
                key = (record.region, record.operating_system, record.tenancy)
                self._listed[key][record.instance_type] = record

    def listed(
        self, machine: MachineFacts, instance_type: str = ""
    ) -> InstancePriceRecord | None:
        """Return the list's entry for the instance, or for it as another type."""
        return self._market(machine).get(instance_type or machine.instance_type)

    def family(
        self, machine: MachineFacts, family: str = ""
    ) -> list[InstancePriceRecord]:
        """Return all sizes of the instance's family, or of another."""
        wanted = family or family_of(machine.instance_type)
        market = self._market(machine).values()
        return [r for r in market if family_of(r.instance_type) == wanted]

    def hourly(
        self, machine: MachineFacts, instance_type: str = ""
    ) -> HourlyPrice | None:
        """Return its hourly price; None if it is not listed, or spot."""
        record = self.listed(machine, instance_type)
        if record is None or machine.lifecycle == SPOT:
            return None
        rate = self._rates.get((machine.account_id, machine.region))
        if rate is None or rate.currency != record.currency:
            return HourlyPrice(record.hourly, record.currency, PriceBasis.LIST)
        return HourlyPrice(
            record.hourly * rate.factor, record.currency, PriceBasis.BILL, rate.factor
        )

    def with_rates(self, rates: Mapping[tuple[str, str], BillRate]) -> "Prices":
        """Return the same list at these effective rates."""
        records = (r for market in self._listed.values() for r in market.values())
        return Prices(records, rates)

    def _market(self, machine: MachineFacts) -> Mapping[str, InstancePriceRecord]:
        key = (machine.region, operating_system(machine.platform), machine.tenancy)
        return self._listed.get(key, {})


def bill_rate(
    machines: Sequence[MachineFacts],
    bill: Sequence[BillDay],
    prices: Prices,
    thresholds: Thresholds,
    now: datetime,
) -> BillRate | None:
    """Return the effective rate of an account in a region; None where it is unknown.

    `machines` are all that ran there, terminated ones included, and `bill` is the
    compute cost of that account and region. None where days or prices are missing,
    where spot instances ran (they have no list price), and where the bill is much more
    or much less than what ran: then bill and inventory do not match.
    """
    days = _settled(bill, thresholds, now)
    currencies = {day.currency for day in days}
    if len(days) < LEAST_DAYS or len(currencies) != 1:
        return None
    listed = ZERO
    for machine in machines:
        for day in days:
            cost = list_cost_on(machine, day, prices)
            if cost is None:
                return None
            listed += cost
    billed = sum((day.billed for day in days), ZERO)
    if listed <= ZERO:
        return None
    factor = billed / listed
    if not LOWEST_FACTOR <= factor <= HIGHEST_FACTOR:
        return None
    return BillRate(min(factor, ONE), currencies.pop(), len(days), billed, listed)


def list_cost_on(machine: MachineFacts, day: BillDay, prices: Prices) -> Decimal | None:
    """Return that day's hours at list price; None if it ran without one."""
    hours = hours_on(machine, day.day)
    if not hours:
        return ZERO
    record = prices.listed(machine, value_on(machine, day.day, "instance_type"))
    if record is None or record.currency != day.currency or machine.lifecycle == SPOT:
        return None
    return record.hourly * Decimal(str(hours))


def _settled(
    bill: Sequence[BillDay], thresholds: Thresholds, now: datetime
) -> list[BillDay]:
    """Return the days whose usage is complete."""
    known = last_complete_days(
        thresholds.bill_settling_days + thresholds.bill_days_at_most, now
    )
    window = Window(
        known.start, last_complete_days(thresholds.bill_settling_days, now).start
    )
    return [day for day in bill if day.day in window]
