"""Verify the savings of completed recommendations by later inventory and bills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clouds.models import CloudAccount
from insights.models import Recommendation
from insights.recommendations.bills import AccountBills, Bills
from insights.recommendations.engine.advice import (
    INSTANCE,
    BillDay,
    MachineFacts,
    Rule,
    Verdict,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.bill_comparison import RunningCost
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.resource_facts import ResourceFacts
from insights.recommendations.engine.verify import running_cost, verify
from insights.recommendations.engine.verify_commitment import verify_commitment
from insights.recommendations.engine.verify_resource import (
    existing_cost,
    verify_resource,
)
from insights.recommendations.store import store_verdict, unverified
from providers.records import ResourceRecord

Days = Sequence[BillDay]
Facts = ResourceFacts[ResourceRecord]


@dataclass
class SavingsCheck:
    """One refresh of an account's verdicts; what is read or summed once is kept."""

    account: CloudAccount
    machines: Mapping[int, MachineFacts]
    """By the key of the row, as the other resources are."""
    resources: Mapping[int, Facts]
    bills: AccountBills
    prices: Prices
    limits: Thresholds
    now: datetime
    _ran: dict[str, RunningCost] = field(default_factory=dict)
    _existed: dict[tuple[frozenset[str], str], RunningCost] = field(
        default_factory=dict
    )

    def run(self) -> int:
        """Verify what is done; return how many verdicts changed.

        What is long gone is not read any more; its verdict stays.
        """
        changed = 0
        for row in unverified(self.account, self.now):
            if verdict := self._verdict(row):
                changed += store_verdict(row, verdict, self.now)
        return changed

    def _verdict(self, row: Recommendation) -> Verdict | None:
        if row.resource_id is None:
            return self._verdict_of_commitment(row)
        if machine := self.machines.get(row.resource_id):
            bills = self.bills.of(self.bills.services(INSTANCE))
            region, bill = _bill(bills, machine.region)
            ran = self._ran_in(region, bill)
            return verify(row, machine, bill, self.prices, self.limits, self.now, ran)
        if facts := self.resources.get(row.resource_id):
            services = self.bills.services(facts.kind)
            region, bill = _bill(self.bills.of(services), facts.region)
            existed = self._existed_in(services, region, bill)
            return verify_resource(row, facts, bill, self.limits, self.now, existed)
        return None

    def _verdict_of_commitment(self, row: Recommendation) -> Verdict | None:
        """Judge what was bought by the region's effective costs. What was to be used or
        given up stays pending, as no bill tells which of it was done."""
        if row.rule != Rule.COMMITMENT:
            return None
        bills = self.bills.effective(self.bills.services(INSTANCE))
        region, bill = _bill(bills, row.region)
        listed = self._running_cost(region, bill, self.prices.with_rates({}))
        return verify_commitment(row, bill, listed, self.limits, self.now)

    def _ran_in(self, region: str, bill: Days) -> RunningCost:
        """Return what all instances on this bill cost each day."""
        if region not in self._ran:
            self._ran[region] = self._running_cost(region, bill, self.prices)
        return self._ran[region]

    def _running_cost(self, region: str, bill: Days, prices: Prices) -> RunningCost:
        there = [one for one in self.machines.values() if region in ("", one.region)]
        return running_cost(there, [day.day for day in bill], prices)

    def _existed_in(
        self, services: frozenset[str], region: str, bill: Days
    ) -> RunningCost:
        """Return what all that is charged on this bill costs each day."""
        if (services, region) not in self._existed:
            there = [
                one
                for one in self.resources.values()
                if region in ("", one.region)
                and self.bills.services(one.kind) == services
            ]
            self._existed[services, region] = existing_cost(there, bill)
        return self._existed[services, region]


def _bill(bills: Bills, region: str) -> tuple[str, Days]:
    """Return the bill of that region; that of all where it tells none apart."""
    region = region if region in bills else ""
    return region, bills.get(region, ())
