"""Refresh one account's recommendations, and verify the savings of completed ones."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.money import ZERO
from core.windows import last_complete_days
from insights.recommendations.avoided_emissions import store_avoided_emissions
from insights.recommendations.bills import AccountBills
from insights.recommendations.commitment_advice import find_commitments
from insights.recommendations.engine.advice import (
    INSTANCE,
    Advice,
    ListPrice,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import Subject
from insights.recommendations.engine.counting import without_double_counting
from insights.recommendations.engine.hourly_prices import (
    BillRate,
    Prices,
    bill_rate,
    settled_window,
)
from insights.recommendations.engine.observation_window import InvalidFacts
from insights.recommendations.engine.resource_facts import ResourceFacts
from insights.recommendations.engine.resource_rules import advise_resource
from insights.recommendations.engine.rules import advise
from insights.recommendations.facts import read_machines
from insights.recommendations.priced_resources import read_resources
from insights.recommendations.savings import SavingsCheck
from insights.recommendations.store import Key, store_rates, store_recommendations
from insights.refresh.refresh_state import Part
from insights.thresholds import thresholds
from inventory.models import Resource
from pricing.currencies import DEFAULT, currencies_of
from pricing.models import InstancePrice
from providers.records import ResourceRecord

# The days before a change that is verified count too.
LOOK_BACK_DAYS = 90
# What a stopped instance still costs is on the bill of its volumes.
BILLED_AS = {Rule.STOPPED: "volume"}
Facts = ResourceFacts[ResourceRecord]


def refresh_recommendations(
    account: CloudAccount, now: datetime
) -> tuple[int, list[str]]:
    """Return how many rows changed, and what could not be read."""
    limits = thresholds()
    window = last_complete_days(max(LOOK_BACK_DAYS, limits.lookback_days), now)
    bills = AccountBills(account, window)
    resources = read_resources(account, window, limits, now)
    attached = attached_prices(resources.values())
    machines = {
        row: replace(machine, attached=attached.get(machine.resource_id))
        for row, machine in read_machines(account, window).items()
    }
    listed = _list_prices(account, machines.values())
    rates = _rates(machines.values(), bills, listed, limits, now)
    store_rates(account, rates, now)
    prices = listed.with_rates(
        {(account.account_id, region): rate for region, rate in rates.items()}
    )
    found = Findings()
    for machine in machines.values():
        found.add_machine(machine, limits, prices, now)
    for facts in resources.values():
        found.add(facts, advise_resource(facts, limits, now))
    counted = _counted(found.advice, resources.values(), bills, limits, now)
    committed = find_commitments(
        account, [*machines.values()], counted, rates, listed, limits, now
    )
    found.unanswered |= committed.unanswered
    found.remarks += committed.remarks
    counted += committed.advice
    # Verdicts first: what is not realized is recommended again by the same run.
    check = SavingsCheck(
        account=account,
        machines={row.pk: one for row, one in machines.items()},
        resources={row.pk: one for row, one in resources.items()},
        bills=bills,
        prices=prices,
        limits=limits,
        now=now,
    )
    rows: list[Resource] = [*machines, *resources]
    by_id = {(row.kind, row.resource_id): row for row in rows}
    with transaction.atomic():
        changed = check.run()
        changed += store_recommendations(account, counted, found.unanswered, by_id, now)
        changed += store_avoided_emissions(account, now)
        if changed:
            bump_version(account, Part.RECOMMENDATIONS)
    return changed, found.remarks


@dataclass
class Findings:
    """The advice, the rules that cannot be answered, and what is impossible."""

    advice: list[Advice] = field(default_factory=list)
    unanswered: set[Key] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def add(self, subject: Subject, answers: Iterable[Advice | NotEnough]) -> None:
        for answer in answers:
            if isinstance(answer, Advice):
                self.advice.append(answer)
            else:
                self.unanswered.add((subject.kind, subject.resource_id, answer.rule))

    def add_machine(
        self, machine: MachineFacts, limits: Thresholds, prices: Prices, now: datetime
    ) -> None:
        try:
            answers = advise(machine, limits, prices, now)
        except InvalidFacts as error:
            self.remarks.append(str(error))
            answers = [NotEnough(rule, str(error)) for rule in Rule]
        self.add(machine, answers)


def _list_prices(account: CloudAccount, machines: Iterable[MachineFacts]) -> Prices:
    """Return the stored prices of their regions."""
    regions = {machine.region for machine in machines}
    rows = InstancePrice.objects.filter(provider=account.provider, region__in=regions)
    # Where a type is listed in several currencies, that of the bill is the last.
    wanted = currencies_of([account])[account.pk]
    ordered = sorted(
        rows, key=lambda row: (row.currency == wanted, row.currency == DEFAULT)
    )
    return Prices(row.record for row in ordered)


def _rates(
    machines: Iterable[MachineFacts],
    bills: AccountBills,
    listed: Prices,
    limits: Thresholds,
    now: datetime,
) -> dict[str, BillRate]:
    """Return the rate of each region that the bill shows."""
    rates: dict[str, BillRate] = {}
    compute = bills.of(bills.services(INSTANCE))
    for of_bill, bill in sorted(compute.items(), reverse=True):  # that of all last
        there = [one for one in machines if of_bill in ("", one.region)]
        if rate := bill_rate(there, bill, listed, limits, now):
            for region in {machine.region for machine in there}:
                rates.setdefault(region, rate)
    return rates


def attached_prices(resources: Iterable[Facts]) -> dict[str, ListPrice]:
    """Return what is attached to each instance costs, by the instance's id, where the
    price of all of it is known and in one currency."""
    found: dict[str, list[ListPrice | None]] = defaultdict(list)
    for one in resources:
        if holder := _holder(one):
            found[holder].append(one.price)
    sums = {}
    for holder, prices in found.items():
        known = [price for price in prices if price]
        if len(known) == len(prices) and len({one.currency for one in known}) == 1:
            total = sum((one.monthly for one in known), ZERO)
            sums[holder] = ListPrice(total, known[0].currency)
    return sums


def _holder(facts: Facts) -> str:
    """Return what it is attached to, while it exists; "" where several share it, as it
    does not end with one of them."""
    attached_to = "" if facts.gone_since else getattr(facts.record, "attached_to", "")
    return "" if "," in attached_to else attached_to


def _counted(
    advice: Iterable[Advice],
    resources: Iterable[Facts],
    bills: AccountBills,
    limits: Thresholds,
    now: datetime,
) -> list[Advice]:
    """Return the advice with what counts of it, bill by bill.

    To end a stopped instance ends what is attached to it, whose own advice is part of
    that.
    """
    given = list(advice)
    ended = {
        one.resource_id for one in given if one.rule is Rule.STOPPED and one.currency
    }
    holders = {
        (one.kind, one.resource_id): holder
        for one in resources
        if (holder := _holder(one)) in ended
    }
    of_bill: dict[frozenset[str], list[Advice]] = defaultdict(list)
    for one in given:
        part_of = holders.get((one.kind, one.resource_id), "")
        kind = BILLED_AS.get(one.rule, one.kind)
        of_bill[bills.services(kind)].append(replace(one, part_of=part_of))
    window = settled_window(limits, now)
    return [
        counted
        for services, several in of_bill.items()
        for counted in without_double_counting(several, bills.monthly(services, window))
    ]
