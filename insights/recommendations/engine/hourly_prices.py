"""The hourly price of an instance: at the account's effective rate, else list price.

No service bills one instance by name, but the daily compute cost of an account and a
region is known, and so is what ran there. The effective rate is billed over that at
list price, with all discounts and commitments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.money import CENT, ZERO
from core.windows import HOURS_PER_MONTH, ONE_DAY, Window, last_complete_days
from insights.recommendations.engine.advice import (
    BillDay,
    Json,
    MachineFacts,
    PriceBasis,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.observation_window import hours_on, value_on
from providers.instance_types import family_of
from providers.records import ON_DEMAND, InstancePriceRecord, Market

ONE = Decimal(1)
# Above it the bill has instances that the inventory lacks, so there is no rate.
HIGHEST_FACTOR = Decimal("1.02")
# Below it hours were counted that were not billed, so there is no rate either.
LOWEST_FACTOR = Decimal("0.20")
# Days of bill without which a rate would be chance.
LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class BillRate:
    """The effective rate of an account in a region; `factor` is at most 1."""

    factor: Decimal
    currency: str
    days: int
    listed: Decimal


@dataclass(frozen=True, slots=True)
class HourlyPrice:
    """The price of one running hour, and its source."""

    hourly: Decimal
    currency: str
    basis: PriceBasis
    factor: Decimal = ONE

    @property
    def evidence(self) -> Json:
        return {
            "hourly_price": str(self.hourly.quantize(Decimal("0.0001"))),
            "price_factor": str(self.factor.quantize(Decimal("0.001"))),
        }

    def monthly(self, share: float) -> Decimal:
        """Return the price of a month, of which it runs that share, to the cent."""
        return (self.hourly * HOURS_PER_MONTH * Decimal(str(share))).quantize(CENT)


class Prices:
    """The price list, and effective rates by (account id, region)."""

    def __init__(self, records: Iterable[InstancePriceRecord] = ()) -> None:
        self._rates: Mapping[tuple[str, str], BillRate] = {}
        self._listed: dict[Market, dict[str, InstancePriceRecord]] = defaultdict(dict)
        for record in records:
            if record.hourly.is_finite() and record.hourly > ZERO:
                market = Market(record.region, record.operating_system, record.tenancy)
                self._listed[market][record.instance_type] = record

    def with_rates(self, rates: Mapping[tuple[str, str], BillRate]) -> "Prices":
        """Return the same list at these effective rates."""
        prices = Prices()
        prices._listed, prices._rates = self._listed, rates
        return prices

    def listed(
        self, machine: MachineFacts, instance_type: str = ""
    ) -> InstancePriceRecord | None:
        """Return the list's entry for the instance, or for it as another type."""
        return self._market(machine).get(instance_type or machine.instance_type)

    def family(self, machine: MachineFacts) -> list[InstancePriceRecord]:
        """Return all sizes of the instance's family."""
        family, market = family_of(machine.instance_type), self._market(machine)
        return [size for name, size in market.items() if family_of(name) == family]

    def hourly(
        self, machine: MachineFacts, instance_type: str = ""
    ) -> HourlyPrice | None:
        """Return its hourly price; None if it is not listed, or not on demand."""
        record = self.listed(machine, instance_type)
        if record is None or machine.lifecycle != ON_DEMAND:
            return None
        rate = self._rates.get((machine.account_id, machine.region))
        if rate is None or rate.currency != record.currency:
            return HourlyPrice(record.hourly, record.currency, PriceBasis.LIST)
        hourly = record.hourly * rate.factor
        return HourlyPrice(hourly, record.currency, PriceBasis.BILL, rate.factor)

    def cost_on(
        self, machine: MachineFacts, day: date, currency: str = ""
    ) -> Decimal | None:
        """Return the cost of that day's hours; None if it ran without a price.

        With a currency, a price in another one is none.
        """
        hours = hours_on(machine, day)
        if not hours:
            return ZERO
        price = self.hourly(machine, value_on(machine, day, "instance_type"))
        if price is None or currency not in ("", price.currency):
            return None
        return price.hourly * Decimal(str(hours))

    def _market(self, machine: MachineFacts) -> Mapping[str, InstancePriceRecord]:
        market = Market(machine.region, machine.operating_system, machine.tenancy)
        return self._listed.get(market, {})


def settled_window(thresholds: Thresholds, now: datetime) -> Window:
    """Return the latest whole weeks whose bill has all usage."""
    settled = now - ONE_DAY * thresholds.bill_settling_days
    return last_complete_days(thresholds.bill_days_at_most, settled)


def bill_rate(
    machines: Sequence[MachineFacts],
    bill: Sequence[BillDay],
    list_prices: Prices,
    thresholds: Thresholds,
    now: datetime,
) -> BillRate | None:
    """Return the effective rate of an account in a region; None where it is unknown.

    `machines` are all that ran there, terminated ones included, and `bill` is the
    compute cost of that account and region. None where days or prices are missing,
    where spot instances ran (they have no list price), and where the bill is much more
    or much less than what ran: then bill and inventory do not match.
    """
    window = settled_window(thresholds, now)
    days = [day for day in bill if day.day in window]
    currencies = {day.currency for day in days}
    if len(days) < LEAST_DAYS or len(currencies) != 1:
        return None
    listed, currency = ZERO, currencies.pop()
    for machine in machines:
        for day in days:
            cost = list_prices.cost_on(machine, day.day, currency)
            if cost is None:
                return None
            listed += cost
    if listed <= ZERO:
        return None
    factor = sum((day.billed for day in days), ZERO) / listed
    if not LOWEST_FACTOR <= factor <= HIGHEST_FACTOR:
        return None
    return BillRate(min(factor, ONE), currency, len(days), listed)
