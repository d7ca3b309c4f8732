"""What one account holds: its instances, its bill and how busy its machines are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from core.testing.aws_emulator.commitments import EmulatedCommitment, EmulatedCoverage
from core.testing.aws_emulator.load import DayFigures, default_cpu
from core.testing.aws_emulator.resources import Resources

COMPUTE = "Amazon Elastic Compute Cloud - Compute"
ONE_DAY = timedelta(days=1)
DEFAULT_REGIONS = ("us-east-1", "eu-west-1")


@dataclass
class EmulatedInstance:
    """One EC2 instance. Times are aware datetimes."""

    instance_id: str
    region: str
    instance_type: str = "t3.micro"
    state: str = "running"
    launched_at: datetime = field(kw_only=True)
    stopped_since: datetime | None = None
    # An instance vanishes from the answer an hour after this; None: it stays.
    terminated_at: datetime | None = None
    # The tag Name; many instances have none.
    name: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    platform: str | None = None  # "windows", or None for Linux
    platform_details: str | None = None  # None follows the platform
    tenancy: str = "default"
    monitoring: str = "disabled"
    capacity_reservation: str = ""
    lifecycle: str | None = None  # "spot", "scheduled", or None
    image_id: str = "ami-0123456789abcdef0"
    private_ip: str = "10.0.0.10"
    public_ip: str | None = None
    # A constant load; None leaves it to the world's model.
    cpu_percent: float | None = None
    network_bytes_per_percent: float = 20_000.0
    # What the CloudWatch agent measures; None: it is not installed.
    memory_percent: float | None = None
    # When it ran, [start, end); None derives it from the times above.
    runs: list[tuple[datetime, datetime | None]] | None = None
    is_stop_protected: bool = False
    # Of an encrypted disk, so that it stops again where it is to start.
    lacks_key: bool = False

    def running_periods(self) -> list[tuple[datetime, datetime | None]]:
        """When it ran: a stopped instance without a known stop never did."""
        if self.runs is not None:
            return self.runs
        if self.state in ("running", "pending", "stopping", "shutting-down"):
            return [(self.launched_at, None)]
        until = self.stopped_since or self.terminated_at
        return [(self.launched_at, until)] if until else []


CpuModel = Callable[[EmulatedInstance, datetime], float | None]
CpuDayModel = Callable[[EmulatedInstance, date], DayFigures | None]


@dataclass(frozen=True)
class LineItem:
    """One day's charge. Amounts not given follow the unblended and amortized ones."""

    day: date
    service: str
    region: str
    record_type: str = "Usage"
    unblended: Decimal = Decimal(0)
    amortized: Decimal | None = None
    linked_account: str = ""
    currency: str = "USD"
    usage_type: str = ""
    net_unblended: Decimal | None = None
    net_amortized: Decimal | None = None
    blended: Decimal | None = None
    usage_quantity: Decimal = Decimal(0)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class World(Resources):
    """One account. Everything may be changed while the emulator runs."""

    account_id: str
    name: str = ""
    regions: list[str] = field(default_factory=lambda: list(DEFAULT_REGIONS))
    instances: dict[str, EmulatedInstance] = field(default_factory=dict)
    costs: list[LineItem] = field(default_factory=list)
    # Percent at a moment, None for no datapoint. Any model but the default one is
    # asked once an hour and its answer holds for that hour.
    cpu: CpuModel = default_cpu
    # Whole days at once, for periods of a day; its None is no datapoint.
    cpu_day: CpuDayModel | None = None
    cost_explorer_enabled: bool = True
    # Days before it are not prepared yet, as after Cost Explorer was enabled.
    costs_since: date | None = None
    # Days on or after it are estimated; None: see `first_estimated_day`.
    final_until: date | None = None
    # Groups whose amounts of a day are all smaller are left out of grouped answers.
    dropped_below: Decimal = Decimal(0)
    # Reservations and savings plans, as Cost Explorer tells of them.
    commitments: list[EmulatedCommitment] = field(default_factory=list)
    coverage: list[EmulatedCoverage] = field(default_factory=list)
    # The tag keys that the bill can be grouped by; None: all that are used.
    cost_allocation_tags: set[str] | None = None
    # The management account of an organization, which sees all linked accounts.
    payer: bool = False
    organization: str = ""  # the management account's id
    organization_state: str = "ACTIVE"
    joined_at: datetime = datetime(2023, 11, 14, tzinfo=UTC)
    # Roles by name, with the ExternalId each asks for. None at all: any is trusted.
    roles: dict[str, str | None] = field(default_factory=dict)
    # What each role may call, as "ec2:StopInstances"; one that is not here: everything.
    policies: dict[str, frozenset[str]] = field(default_factory=dict)
    # Types that can't be started now.
    types_sold_out: set[str] = field(default_factory=set)

    def add_instance(self, instance: EmulatedInstance) -> EmulatedInstance:
        """Launches it; its id must be new."""
        if instance.instance_id in self.instances:
            raise ValueError(f"{instance.instance_id} exists in {self.account_id}")
        self.instances[instance.instance_id] = instance
        return instance

    def remove_instance(self, instance_id: str) -> None:
        """It is gone from every answer at once, as an hour after termination."""
        del self.instances[instance_id]

    def add_costs(self, items: list[LineItem]) -> None:
        """Adds to the bill, which has one currency as AWS's has."""
        currencies = {item.currency for item in (*self.costs, *items)}
        if len(currencies) > 1:
            raise ValueError(f"One bill, one currency, not {sorted(currencies)}")
        self.costs.extend(items)

    def bill_instances(self, day: date, hourly: Mapping[str, Decimal]) -> None:
        """Adds what the instances cost on a day: the hours in which they ran."""
        start = datetime.combine(day, time(), UTC)
        for instance in self.instances.values():
            seconds = sum(
                max(
                    timedelta(0),
                    min(until or start + ONE_DAY, start + ONE_DAY) - max(since, start),
                ).total_seconds()
                for since, until in instance.running_periods()
            )
            amount = Decimal(seconds) / 3600 * hourly[instance.instance_type]
            place = (day, COMPUTE, instance.region)
            self.add_costs([LineItem(*place, unblended=amount)])

    def restate(
        self,
        day: date,
        service: str,
        unblended: Decimal,
        amortized: Decimal | None = None,
        *,
        region: str | None = None,
        record_type: str | None = None,
        linked_account: str | None = None,
    ) -> None:
        """Changes the one line item that matches; raises if none or several do."""
        matches = [
            index
            for index, item in enumerate(self.costs)
            if item.day == day
            and item.service == service
            and region in (None, item.region)
            and record_type in (None, item.record_type)
            and linked_account in (None, item.linked_account)
        ]
        if len(matches) != 1:
            raise LookupError(f"{len(matches)} line items of {service} on {day}")
        (index,) = matches
        self.costs[index] = replace(
            self.costs[index], unblended=unblended, amortized=amortized
        )

    @property
    def currency(self) -> str:
        """The bill's currency."""
        return self.costs[0].currency if self.costs else "USD"

    def first_estimated_day(self, today: date) -> date:
        """The first of this month, or of the previous one before the 15th."""
        if self.final_until is not None:
            return self.final_until
        first = today.replace(day=1)
        if today.day < 15:
            first = (first - timedelta(days=1)).replace(day=1)
        return first
