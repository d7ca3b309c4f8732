"""The demo as a provider: the same questions a real cloud is asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.windows import Window, last_complete_days, utc_day
from providers.base import Progress
from providers.demo.bill import dropped_usage, is_estimated, known_usage
from providers.demo.charges import charges_on
from providers.demo.company import (
    ACCOUNTS,
    COMPANY_NAME,
    CURRENCY,
    HISTORY_DAYS,
    REGIONS,
)
from providers.demo.fleet import Life, change_days, describe, lives
from providers.demo.load import cpu_on, network_on
from providers.demo.price_list import prices_of
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter
from providers.records import (
    UNALLOCATED,
    AccessCheck,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    InstancePriceRecord,
    RegionInstances,
    RegionMetrics,
)
from providers.settings import InvalidSetting

# The permissions a real account needs, so that the demo shows the same list.
PERMISSIONS = {
    "ec2:DescribeRegions": "which regions there are",
    "ec2:DescribeInstances": "what runs",
    "ec2:DescribeInstanceTypes": "how large it is",
    "cloudwatch:GetMetricData": "how hard it works",
    "pricing:GetProducts": "what other sizes would cost",
    "ce:GetCostAndUsage": "what it costs",
}


def check_account_id(account_id: str) -> None:
    """Raises InvalidSetting for an account that the company does not have."""
    known = {account.account_id: account.name for account in ACCOUNTS}
    if account_id not in known:
        named = ", ".join(f"{key} ({name})" for key, name in known.items())
        raise InvalidSetting(
            "account_id", f"{COMPANY_NAME} has no such account. Use one of {named}."
        )


class DemoProvider:
    """One account of the invented company as it looks at `now`.

    `anchor` is the day the demo was built, from which all its dates count. Nothing
    is random and nothing is remembered: two providers with the same arguments give
    the same answers, and a later `now` changes only the days Cost Explorer would
    still correct. Raises ProviderError for an account the company does not have.
    """

    def __init__(self, account_id: str, anchor: date, now: datetime) -> None:
        try:
            check_account_id(account_id)
        except InvalidSetting as error:
            reading = f"demo account {account_id!r}"
            raise ProviderError(ErrorKind.INVALID, reading, str(error), "") from error
        self.account_id = account_id
        self.anchor = anchor
        self.now = now
        self.today = utc_day(now)
        self.meter = Meter()

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        for permission, needed_for in PERMISSIONS.items():
            self.meter.count("demo:CheckAccess")
            yield AccessCheck(permission, needed_for, is_required=True)

    def fetch_regions(self) -> Sequence[str]:
        return REGIONS

    def fetch_instances(self, progress: Progress) -> Iterator[RegionInstances]:
        instances = describe(self.account_id, self.anchor, self.now)
        for region in REGIONS:
            self.meter.count("demo:DescribeInstances")
            found = [i for i in instances if i.region == region]
            progress(f"{region}: {len(found)} instances")
            yield RegionInstances(region, found)

    def state_change_days(self) -> Sequence[date]:
        """The days of the history on which a sync of the inventory finds a change."""
        start = self.cost_window(self.now).start
        return change_days(self.account_id, self.anchor, start, self.now)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return last_complete_days(HISTORY_DAYS, now)

    @staticmethod
    def metric_window(now: datetime) -> Window:
        return last_complete_days(HISTORY_DAYS, now)

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        """Raises ProviderError for days that are not kept, or not over yet."""
        self._require_kept(window)
        for day in window.days():
            rows = list(self._cost_rows(day))
            yield CostReading([self._cost_total(day, rows)], rows)
            if day.day == 1 or day == window.start:
                self.meter.count("demo:GetCostAndUsage")
                progress(f"costs of {day:%B %Y}")

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        kept = self.metric_window(self.now)
        days = [day for day in window.days() if day in kept]
        for region, wanted in instance_ids.items():
            self.meter.count("demo:GetMetricData")
            machines = self._machines(region, wanted)
            cpu = [cpu_on(m, day, self.anchor) for m in machines for day in days]
            network = [
                network_on(m, day, self.anchor) for m in machines for day in days
            ]
            progress(f"{region}: {len(machines)} instances, {len(days)} days")
            yield RegionMetrics(
                region,
                [record for record in cpu if record],
                [record for record in network if record],
            )

    def fetch_prices(
        self, region: str, operating_system: str, families: Sequence[str]
    ) -> Sequence[InstancePriceRecord]:
        self.meter.count("demo:GetProducts")
        return list(prices_of(region, operating_system, families))

    def _machines(self, region: str, wanted: Sequence[str]) -> list[Life]:
        """Those of the wanted instances that this account has in that region."""
        ids = set(wanted)
        return [
            life
            for life in lives(self.account_id)
            if life.machine.region == region and life.instance_id in ids
        ]

    def _require_kept(self, window: Window) -> None:
        kept = self.cost_window(self.now)
        if window.start < kept.start or window.end > kept.end:
            raise ProviderError(
                ErrorKind.INVALID,
                f"demo costs of {self.account_id} for {window}",
                f"only the days {kept} are kept (the end is exclusive)",
                "Ask for days among these.",
            )

    def _cost_rows(self, day: date) -> Iterator[CostRecord]:
        account, usage = self.account_id, ChargeCategory.USAGE
        known = known_usage(account, self.anchor, day, self.today)
        for (service, region), amount in known.items():
            yield self._row(day, service, region, usage, amount, amount)
        for charge in charges_on(account, self.anchor, day):
            yield self._row(
                day,
                charge.service,
                charge.region,
                charge.category,
                charge.billed,
                charge.effective,
            )
        if dropped := dropped_usage(account, day):
            yield self._row(day, UNALLOCATED, "", usage, dropped, dropped)

    def _row(
        self,
        day: date,
        service: str,
        region: str,
        category: ChargeCategory,
        billed: Decimal,
        effective: Decimal,
    ) -> CostRecord:
        return CostRecord(
            day=day,
            sub_account_id=self.account_id,
            service=service,
            region=region,
            charge_category=category,
            currency=CURRENCY,
            billed=billed,
            effective=effective,
            is_estimated=is_estimated(day, self.today),
        )

    def _cost_total(self, day: date, rows: Sequence[CostRecord]) -> CostTotalRecord:
        return CostTotalRecord(
            day=day,
            currency=CURRENCY,
            billed=sum((row.billed for row in rows), Decimal(0)),
            effective=sum((row.effective for row in rows), Decimal(0)),
            is_estimated=is_estimated(day, self.today),
        )
