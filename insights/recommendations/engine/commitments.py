"""What runs all day at list price, and what committing to a year of it would save.

As the clouds' own advisers do, it goes by what is left after other advice: what is to
be stopped is left out, and what is to be resized counts as what it becomes. It covers
no more than ran in every hour of the least busy day, so that all of it would have been
used. AWS and Microsoft recommend what saves most over 7, 30 or 60 days instead:
https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-recommendations.html
https://learn.microsoft.com/azure/cost-management-billing/savings-plan/purchase-recommendations
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from core.money import CENT, ZERO
from core.windows import HOURS_PER_MONTH, ONE_DAY, Window, last_complete_days
from insights.recommendations.engine.advice import (
    COMMITMENT,
    Advice,
    Level,
    ListPrice,
    MachineFacts,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.change_risk import ChangeRisk
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.observation_window import hours_on, value_on
from providers.instance_types import family_of
from providers.records import ON_DEMAND, InstancePriceRecord

# A whole day, of which a metric may lack some samples.
ALL_DAY_HOURS = 23.0
HOURS_PER_YEAR, MONTHS = 12 * HOURS_PER_MONTH, 12
# The least busy day over the average one, from which use is steady, or nearly.
STEADY, NEARLY_STEADY = Decimal("0.90"), Decimal("0.50")
AZURE = "Standard_"

Covered = Mapping[tuple[str, date], float]
"""(resource id, day) -> the hours that a commitment pays for already."""
Units = Counter[InstancePriceRecord]
"""How many of each type ran all day."""


class Group(NamedTuple):
    """What one commitment covers."""

    family: str
    region: str
    operating_system: str
    tenancy: str

    def __str__(self) -> str:
        place = f"{self.family} in {self.region}, {self.operating_system}"
        return place if self.tenancy == "Shared" else f"{place}, {self.tenancy}"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment as advice is about it."""

    account_id: str
    resource_id: str
    resource_type: str
    region: str = ""

    @property
    def kind(self) -> str:
        return COMMITMENT


@dataclass(frozen=True, slots=True)
class CommitmentContext:
    subject: Commitment
    thresholds: Thresholds
    price: ListPrice
    change_risk: ChangeRisk = ChangeRisk("", is_resource=False)

    @property
    def monthly_cost(self) -> Decimal:
        return self.price.monthly


def commitment_window(thresholds: Thresholds, now: datetime) -> Window:
    """Return the days looked at, whose bill has all usage."""
    settled = now - ONE_DAY * thresholds.bill_settling_days
    return last_complete_days(thresholds.commitment_days, settled)


def advise_commitments(
    machines: Iterable[MachineFacts],
    types_after: Mapping[str, str],
    covered: Covered,
    prices: Prices,
    thresholds: Thresholds,
    now: datetime,
) -> Iterator[Advice]:
    """Yield advice for each family and market of one account's machines.

    `types_after` is the type that a machine becomes by other advice, by its id; "":
    it is not to run all day. The others stay as they are.
    """
    window = commitment_window(thresholds, now)
    days: dict[Group, dict[date, Units]] = defaultdict(lambda: defaultdict(Counter))
    accounts: dict[Group, str] = {}
    for machine in machines:
        for day, price in _listed_days(machine, types_after, covered, prices, window):
            market = (price.region, price.operating_system, price.tenancy)
            group = Group(family_of(price.instance_type), *market)
            days[group][day][price] += 1
            accounts[group] = machine.account_id
    for group, of_group in sorted(days.items()):
        # Sizes that are listed in different currencies cannot be added.
        currencies = {price.currency for units in of_group.values() for price in units}
        if len(of_group) == thresholds.commitment_days and len(currencies) == 1:
            advice = _advice(accounts[group], group, of_group, window, thresholds)
            if advice.savings_monthly and (
                advice.savings_monthly >= thresholds.commitment_saving
            ):
                yield advice


def _listed_days(
    machine: MachineFacts,
    types_after: Mapping[str, str],
    covered: Covered,
    prices: Prices,
    window: Window,
) -> Iterator[tuple[date, InstancePriceRecord]]:
    """Yield the days that it ran throughout at list price, and the price of then.

    Only measured ones: of others neither is known that it ran all day, nor whether
    other advice would have ended it.
    """
    measured = {one.day for one in machine.cpu}
    after = types_after.get(machine.resource_id, machine.instance_type)
    if machine.lifecycle != ON_DEMAND or machine.paid_anyway or not after:
        return
    for day in window.days():
        if day not in measured:
            continue
        hours = hours_on(machine, day) - covered.get((machine.resource_id, day), 0.0)
        if hours < ALL_DAY_HOURS:
            continue
        of_day = value_on(machine, day, "instance_type")
        name = after if of_day == machine.instance_type else of_day
        price = prices.listed(machine, name)
        if price and price.committed_hourly and price.committed_hourly < price.hourly:
            yield day, price


def _advice(
    account_id: str,
    group: Group,
    days: Mapping[date, Units],
    window: Window,
    thresholds: Thresholds,
) -> Advice:
    """Return advice to commit to what ran on the day with the least of it."""
    least_busy = min(days, key=lambda day: (_committed(days[day]), day))
    units = days[least_busy]
    listed, committed = _listed(units), _committed(units)
    average = sum(map(_listed, days.values()), ZERO) / len(days)
    currency = next(iter(units)).currency
    price = ListPrice((listed * HOURS_PER_MONTH).quantize(CENT), currency)
    share = committed / listed
    year = (committed * HOURS_PER_YEAR).quantize(CENT)
    subject = Commitment(account_id, str(group), group.family, group.region)
    return build_advice(
        CommitmentContext(subject, thresholds, price),
        Rule.COMMITMENT,
        title=f"Commit to {group} for one year",
        current_state=(
            f"{_named(units)} ran all day, on each of the {len(window)} days up to "
            f"{window.end - ONE_DAY:%-d %b %Y}, at list price: "
            f"{listed:.4f} {currency} an hour. Instances that are to be stopped or "
            "put on a schedule are left out, and those to be resized count as their "
            "new type."
        ),
        recommendation=(
            f"{_what_to_buy(group)} for one year, nothing upfront: {committed:.4f} "
            f"{currency} an hour."
        ),
        evidence={
            "days": len(days),
            "region": group.region,
            "steady": _named(units),
            "least_busy_day": least_busy.isoformat(),
            "least_to_average_percent": float(round(100 * listed / average, 1)),
            "hourly_list": str(listed),
            "hourly_committed": str(committed),
            "commitment_total": str(year),
            "break_even_use_percent": float(round(100 * share, 1)),
            "break_even_months": float(round(MONTHS * share, 1)),
        },
        steps=_steps(group, committed, currency),
        risk=Level.MEDIUM,
        risk_reasons=(
            f"{year:,} {currency} are owed for the year, used or not",
            f"it costs more than on demand if under {share:.0%} of its hours are used",
        ),
        estimated_time="1 hour",
        confidence=_confidence(listed / average),
        saving=((listed - committed) * HOURS_PER_MONTH).quantize(CENT),
    )


def _listed(units: Units) -> Decimal:
    return sum((price.hourly * count for price, count in units.items()), ZERO)


def _committed(units: Units) -> Decimal:
    rates = ((price.committed_hourly or ZERO, n) for price, n in units.items())
    return sum((rate * count for rate, count in rates), ZERO)


def _named(units: Units) -> str:
    """Return "2 m5.large and 1 m5.xlarge", the dearest type first."""
    ordered = sorted(units.items(), key=lambda one: -one[0].hourly)
    names = [f"{count} {price.instance_type}" for price, count in ordered]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _is_azure(group: Group) -> bool:
    return group.family.startswith(AZURE)


def _what_to_buy(group: Group) -> str:
    if _is_azure(group):
        return "Buy a savings plan for compute"
    return "Buy standard reserved instances, or an EC2 Instance Savings Plan,"


def _steps(group: Group, committed: Decimal, currency: str) -> tuple[str, ...]:
    first = "Do first what else is recommended for these instances."
    check = (
        "Ask their owners whether they will run for a year, and compare the price with "
        "the account's own offers: discounts that were negotiated are not known here."
    )
    if _is_azure(group):
        return (
            first,
            check,
            f"In the Azure portal choose Savings plans, Add: {committed:.4f} "
            f"{currency} an hour, one year, paid monthly, for this subscription.",
        )
    return (
        first,
        check,
        "In the console choose EC2, Reserved Instances, Purchase: standard, one year, "
        f"No Upfront; or Savings Plans, Purchase: EC2 Instance, {group.family} in "
        f"{group.region}, {committed:.4f} {currency} an hour.",
        "Buy it in the account that pays, if others shall use what this one leaves.",
    )


def _confidence(steadiness: Decimal) -> Level:
    if steadiness >= STEADY:
        return Level.HIGH
    return Level.MEDIUM if steadiness >= NEARLY_STEADY else Level.LOW
