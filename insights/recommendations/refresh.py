"""Refresh one account's recommendations, and verify the savings of completed ones."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from clouds.models import CloudAccount
from core.windows import HOURS_PER_MONTH, last_complete_days
from insights.recommendations.engine.advice_records import (
    Advice,
    BillDay,
    MachineFacts,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.counting import without_double_counting
from insights.recommendations.engine.hourly_prices import BillRate, Prices, bill_rate
from insights.recommendations.engine.observation_window import InvalidFacts
from insights.recommendations.engine.rules import advise
from insights.recommendations.engine.verify import running_cost, verify
from insights.recommendations.facts import read_compute_bills, read_machines
from insights.recommendations.store import (
    Key,
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
    machines = {row.resource_id: row for row in rows}
    facts = list(rows.values())
    bills = read_compute_bills(account, window)
    prices, remarks = list_prices(account, facts), list[str]()
    prices = prices.with_rates(_rates(account, facts, bills, prices, limits, now))
    found, unanswered = _advice(facts, limits, prices, now, remarks)
    counted = without_double_counting(found, _monthly(account, bills, limits, now))
    # Verdicts first: what is not realized is recommended again by the same run.
    changed = _verify(account, facts, bills, prices, limits, now)
    changed += store_recommendations(account, counted, unanswered, machines, now)
    return changed, remarks


def list_prices(account: CloudAccount, facts: Sequence[MachineFacts]) -> Prices:
    """What was read of the regions of these machines. One query."""
    regions = {machine.region for machine in facts}
    rows = InstancePrice.objects.filter(provider=account.provider, region__in=regions)
    return Prices(row.record for row in rows)


def _advice(
    facts: Sequence[MachineFacts],
    limits: Thresholds,
    prices: Prices,
    now: datetime,
    remarks: list[str],
) -> tuple[list[Advice], set[Key]]:
    found: list[Advice] = []
    unanswered: set[Key] = set()
    for machine in facts:
        try:
            answers = advise(machine, limits, prices, now)
        except InvalidFacts as error:
            remarks.append(str(error))
            unanswered |= {(machine.instance_id, rule.value) for rule in Rule}
            continue
        for one in answers:
            if isinstance(one, Advice):
                found.append(one)
            else:
                unanswered.add((one.instance_id, one.rule.value))
    return found, unanswered


def _rates(
    account: CloudAccount,
    facts: Sequence[MachineFacts],
    bills: Bills,
    prices: Prices,
    limits: Thresholds,
    now: datetime,
) -> dict[tuple[str, str], BillRate]:
    """Return the account's effective rate in each region where the bill shows it."""
    found = {}
    for region, bill in bills.items():
        there = [machine for machine in facts if machine.region == region]
        if rate := bill_rate(there, bill, prices, limits, now):
            found[account.account_id, region] = rate
    return found


def _monthly(
    account: CloudAccount, bills: Bills, limits: Thresholds, now: datetime
) -> dict[tuple[str, str], Decimal]:
    """Return the account's monthly compute cost, by four settled weeks."""
    settled = now - timedelta(days=limits.bill_settling_days)
    window = last_complete_days(limits.bill_days_at_most, settled)
    sums: dict[str, Decimal] = {}
    for days in bills.values():
        for one in days:
            if one.day in window:
                sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.billed
    return {
        (account.account_id, currency): total / len(window) * DAYS_PER_MONTH
        for currency, total in sums.items()
    }


def _verify(
    account: CloudAccount,
    facts: Sequence[MachineFacts],
    bills: Bills,
    prices: Prices,
    limits: Thresholds,
    now: datetime,
) -> int:
    """Verify savings by later inventory and bills; return how many verdicts changed.

    An instance that is long terminated is not read any more; its verdict stays.
    """
    by_id = {machine.instance_id: machine for machine in facts}

    @cache
    def ran_in(region: str) -> dict[date, Decimal]:
        there = [one for one in facts if one.region == region]
        return running_cost(there, [one.day for one in bills.get(region, ())], prices)

    changed = 0
    for row in unverified(account, now):
        if own := by_id.get(row.resource.resource_id):
            bill, ran = bills.get(own.region, ()), ran_in(own.region)
            verdict = verify(row, own, bill, prices, limits, now, ran)
            changed += store_verdict(row, verdict, now)
    return changed
