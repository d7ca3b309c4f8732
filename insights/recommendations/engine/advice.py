"""The facts that rules are applied to, and the advice they give: plain records.

Days are UTC days, instants are aware, money is Decimal with its currency. None is
unknown and 0 is measured. `evidence` and `figures` hold what JSON can hold: amounts in
them are decimal strings, days ISO strings.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from providers.records import ON_DEMAND

Json = Mapping[str, object]
RUNNING, STOPPED = "running", "stopped"
LONGEST_TITLE = 200
# A kind of resource, as the inventory names it.
INSTANCE = "instance"
# A reservation or savings plan, which is none of them.
COMMITMENT = "commitment"


class Rule(StrEnum):
    IDLE = "idle"
    STOPPED = "stopped"
    ALLOCATED = "allocated"
    OVERSIZED = "oversized"
    OLD_GENERATION = "old_generation"
    SCHEDULE = "schedule"
    UNATTACHED = "unattached"
    OLD_SNAPSHOT = "old_snapshot"
    VOLUME_TYPE = "volume_type"
    COST_PER_USE = "cost_per_use"
    COLDER_TIER = "colder_tier"
    COMMITMENT = "commitment"
    UNUSED_COMMITMENT = "unused_commitment"


# What ends its resource, or all that is paid for it.
REMOVALS = frozenset(
    {Rule.IDLE, Rule.STOPPED, Rule.ALLOCATED, Rule.UNATTACHED, Rule.OLD_SNAPSHOT}
)


# What changes nothing but the bill.
OF_THE_BILL = frozenset({Rule.ALLOCATED, Rule.COMMITMENT, Rule.UNUSED_COMMITMENT})


class Category(StrEnum):
    COMPUTE = "compute"
    STORAGE = "storage"
    DATABASE = "database"
    NETWORK = "network"
    COST = "cost"  # nothing but the bill changes


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Level(StrEnum):
    """A level of impact, effort, complexity, risk or confidence."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PriceBasis(StrEnum):
    BILL = "bill"  # the list price at the account's effective rate
    LIST = "list price"
    NONE = "none"  # the saving is unknown


class VerdictStatus(StrEnum):
    EXPECTED = "expected"  # not done yet
    PENDING = "pending"  # too few complete days of bill since
    REALIZED = "realized"  # wholly or partly, by `share`
    NOT_REALIZED = "not_realized"


def title_of(name: str) -> str:
    """Return the name as titles of advice have it, which are stored."""
    return name if len(name) <= LONGEST_TITLE else f"{name[: LONGEST_TITLE - 1]}…"


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a resource costs a month by the list, without what its use costs.

    What is read of a cold tier costs by the GiB, and what is in it is billed for its
    `minimum_days`.
    """

    monthly: Decimal
    currency: str
    basis: PriceBasis = PriceBasis.LIST
    per_gib_read: Decimal | None = None
    minimum_days: int = 0

    @property
    def evidence(self) -> Json:
        return {}


@dataclass(frozen=True, slots=True)
class CpuDay:
    """One UTC day's CPU in percent of all vCPUs; 288 samples are a whole day."""

    day: date
    average_percent: float | None
    maximum_percent: float | None
    p99_percent: float | None = None
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class CpuHour:
    """The hour that starts `at`, where hours are known."""

    at: datetime
    average_percent: float
    maximum_percent: float


@dataclass(frozen=True, slots=True)
class NetworkDay:
    """Bytes of one UTC day."""

    day: date
    in_bytes: int | None
    out_bytes: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a field, such as `state`, and when it was seen."""

    at: datetime
    field: str
    old_value: str
    new_value: str


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """One instance: its current state, and its days until now.

    `operating_system` and `tenancy` are those of a price list, empty where unknown;
    `paid_anyway` is what costs the same while it is off, such as its host, and
    `billed_states` are those in which it costs money itself.
    `changes` and days need no order. `hours` is empty where only days are stored.
    `attached` is what its volumes and addresses cost, which are billed while it is
    stopped; None where that is unknown.
    """

    account_id: str
    resource_id: str
    instance_type: str
    region: str
    state: str
    name: str = ""
    operating_system: str = ""
    tenancy: str = ""
    paid_anyway: str = ""
    billed_states: Set[str] = frozenset({RUNNING})
    lifecycle: str = ON_DEMAND
    launched_at: datetime | None = None
    first_seen_at: datetime | None = None
    gone_since: datetime | None = None
    vcpus: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    cpu: Sequence[CpuDay] = ()
    network: Sequence[NetworkDay] = ()
    hours: Sequence[CpuHour] = ()
    memory_maximum_percent: float | None = None
    attached: ListPrice | None = None

    @property
    def kind(self) -> str:
        return INSTANCE

    @property
    def resource_type(self) -> str:
        return self.instance_type

    @property
    def title(self) -> str:
        return title_of(self.name or self.resource_id)

    @property
    def is_billed(self) -> bool:
        return self.state in self.billed_states

    @property
    def stop(self) -> str:
        """Return what is done to it so that it costs nothing."""
        return "Deallocate" if STOPPED in self.billed_states else "Stop"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do about one resource, and why.

    `savings_monthly` is for 730 hours; None is unknown, and then `price_basis` is
    none and `currency` empty. `counted_monthly` is the part of it in totals: less where
    it is the `alternative_to` another rule, or where advice would exceed the bill.
    `target` is the type to change to. `fingerprint` stays as long as rule, resource,
    type and target do; figures are left out, as they change a little every day.
    """

    rule: Rule
    account_id: str
    kind: str
    resource_id: str
    resource_type: str
    region: str
    category: Category
    priority: Priority
    title: str
    current_state: str
    recommendation: str
    evidence: Json
    savings_monthly: Decimal | None
    currency: str
    price_basis: PriceBasis
    impact: Level
    effort: Level
    complexity: Level
    risk: Level
    risk_reason: str
    estimated_time: str
    implementation_steps: tuple[str, ...]
    fingerprint: str
    confidence: Level
    target: str = ""
    counted_monthly: Decimal | None = None
    alternative_to: Rule | None = None
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class NotEnough:
    """A rule that cannot be answered for a resource, and why: one sentence."""

    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True)
class BillDay:
    """What some services cost one account in a region on one complete UTC day."""

    day: date
    billed: Decimal
    currency: str
    is_estimated: bool = False


class ExpectedSaving(Protocol):
    """A completed recommendation as verification reads it: the stored row."""

    @property
    def rule(self) -> str: ...
    @property
    def resource_type(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def savings_monthly(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def done_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the bill shows the saving, the reason, and the figures.

    `realized_monthly` is for 730 hours, at most what the bill shows; `share` is its
    part of the expected saving, None where that is unknown.
    """

    status: VerdictStatus
    reason: str
    realized_monthly: Decimal | None = None
    currency: str = ""
    share: float | None = None
    figures: Json = field(default_factory=dict)
