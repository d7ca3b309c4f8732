"""Refresh one account's recommendations, and verify the savings of completed ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache

from clouds.models import CloudAccount
from core.money import ZERO
from core.windows import HOURS_PER_MONTH, last_complete_days
from insights.recommendations.engine.advice import Advice, BillDay, MachineFacts, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.counting import without_double_counting
from insights.recommendations.engine.hourly_prices import (
    BillRate,
    Prices,
    bill_rate,
    settled_window,
)
from insights.recommendations.engine.observation_window import InvalidFacts
from insights.recommendations.engine.rules import advise
from insights.recommendations.engine.verify import RunningCost, running_cost, verify
from insights.recommendations.facts import read_compute_bills, read_machines
from insights.recommendations.store import (
    Key,
    store_rates,
    store_recommendations,
    store_verdict,
    unverified,
)
from insights.thresholds import thresholds
from pricing.models import InstancePrice

# The days before a change that is verified count too.
LOOK_BACK_DAYS = 90
DAYS_PER_MONTH = HOURS_PER_MONTH / 24
Bills = Mapping[str, Sequence[BillDay]]


def refresh_recommendations(
    account: CloudAccount, now: datetime
) -> tuple[int, list[str]]:
    """Return how many rows changed, and what could not be read."""
    limits = thresholds()
    window = last_complete_days(max(LOOK_BACK_DAYS, limits.lookback_days), now)
    rows = read_machines(account, window)
    machines = list(rows.values())
    bills = read_compute_bills(account, window)
    listed = _list_prices(account, machines)
    rates = _rates(machines, bills, listed, limits, now)
    store_rates(account, rates, now)
    prices = listed.with_rates(
        {(account.account_id, region): rate for region, rate in rates.items()}
    )
    advice, unanswered, remarks = _advice(machines, limits, prices, now)
    counted = without_double_counting(advice, _monthly(account, bills, limits, now))
    # Verdicts first: what is not realized is recommended again by the same run.
    changed = _verify(account, machines, bills, prices, limits, now)
    by_id = {row.resource_id: row for row in rows}
    changed += store_recommendations(account, counted, unanswered, by_id, now)
    return changed, remarks


def _list_prices(account: CloudAccount, machines: Sequence[MachineFacts]) -> Prices:
    """Return the stored prices of their regions."""
    regions = {machine.region for machine in machines}
    rows = InstancePrice.objects.filter(provider=account.provider, region__in=regions)
    return Prices(row.record for row in rows)


def _rates(
    machines: Sequence[MachineFacts],
    bills: Bills,
    listed: Prices,
    limits: Thresholds,
    now: datetime,
) -> dict[str, BillRate]:
    """Return the rate of each region that the bill shows."""
    rates: dict[str, BillRate] = {}
    for of_bill, bill in sorted(bills.items(), reverse=True):  # the bill of all last
        there = _on_bill(machines, of_bill)
        if rate := bill_rate(there, bill, listed, limits, now):
            for region in {machine.region for machine in there}:
                rates.setdefault(region, rate)
    return rates


def _on_bill(machines: Sequence[MachineFacts], region: str) -> list[MachineFacts]:
    """Return those of that region; all where the bill does not tell regions apart."""
    return [machine for machine in machines if region in ("", machine.region)]


def _advice(
    machines: Sequence[MachineFacts], limits: Thresholds, prices: Prices, now: datetime
) -> tuple[list[Advice], set[Key], list[str]]:
    """Return advice, the rules that cannot be answered, and what is impossible."""
    advice: list[Advice] = []
    unanswered: set[Key] = set()
    remarks = []
    for machine in machines:
        try:
            answers = advise(machine, limits, prices, now)
        except InvalidFacts as error:
            remarks.append(str(error))
            unanswered |= {(machine.instance_id, rule) for rule in Rule}
            continue
        for answer in answers:
            if isinstance(answer, Advice):
                advice.append(answer)
            else:
                unanswered.add((answer.instance_id, answer.rule))
    return advice, unanswered, remarks


def _monthly(
    account: CloudAccount, bills: Bills, limits: Thresholds, now: datetime
) -> dict[tuple[str, str], Decimal]:
    """Return the account's monthly compute cost, by four settled weeks."""
    window = settled_window(limits, now)
    costs: dict[tuple[str, str], Decimal] = {}
    for bill in bills.values():
        for day in bill:
            if day.day in window:
                key = (account.account_id, day.currency)
                costs[key] = costs.get(key, ZERO) + day.billed
    return {key: cost / len(window) * DAYS_PER_MONTH for key, cost in costs.items()}


def _verify(
    account: CloudAccount,
    machines: Sequence[MachineFacts],
    bills: Bills,
    prices: Prices,
    limits: Thresholds,
    now: datetime,
) -> int:
    """Verify savings by later inventory and bills; return how many verdicts changed.

    An instance that is long terminated is not read any more; its verdict stays.
    """
    by_id = {machine.instance_id: machine for machine in machines}

    @cache
    def ran_in(region: str) -> RunningCost:
        there = _on_bill(machines, region)
        return running_cost(there, [day.day for day in bills.get(region, ())], prices)

    changed = 0
    for row in unverified(account, now):
        if machine := by_id.get(row.resource.resource_id):
            region = machine.region if machine.region in bills else ""
            bill, ran = bills.get(region, ()), ran_in(region)
            verdict = verify(row, machine, bill, prices, limits, now, ran)
            changed += store_verdict(row, verdict, now)
    return changed
