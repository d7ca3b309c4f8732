"""What advice is drawn from, and what it says: plain records, no database.

Days are UTC days, instants are aware, money is Decimal with its currency. None is
unknown and 0 is measured. `evidence` and `figures` hold what JSON can hold: amounts in
them are decimal strings, days ISO strings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Json = Mapping[str, object]


class Rule(StrEnum):
    """What may be wrong with a machine."""

    IDLE = "idle"
    STOPPED = "stopped"
    OVERSIZED = "oversized"
    OLD_GENERATION = "old_generation"
    SCHEDULE = "schedule"


class Category(StrEnum):
    """What kind of work the advice is."""

    UNUSED = "unused"
    RIGHTSIZING = "rightsizing"
    MODERNIZATION = "modernization"
    SCHEDULING = "scheduling"


class Level(StrEnum):
    """How much: of priority, impact, effort, complexity, risk or confidence."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PriceBasis(StrEnum):
    """Where a saving's price comes from."""

    BILL = "bill"  # the list price times what the account really pays of it
    LIST = "list price"
    NONE = "none"  # the saving is unknown


class VerdictStatus(StrEnum):
    """Whether a saving came."""

    EXPECTED = "expected"  # nobody has said that it is done
    PENDING = "pending"  # too few complete days of bill since
    REALISED = "realised"  # wholly or partly: `share` tells
    NOT_REALISED = "not_realised"


@dataclass(frozen=True, slots=True)
class CpuDay:
    """One UTC day's CPU in percent of all vCPUs. 288 samples are a whole day."""

    day: date
    average_percent: float | None
    maximum_percent: float | None
    p99_percent: float | None = None
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class CpuHour:
    """The hour that starts `at`, where hours are known at all."""

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
    """A change of `state` or `instance_type`, when it was seen."""

    at: datetime
    field: str
    old_value: str
    new_value: str


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """All that is known of one machine: as it is now, and its days until now.

    `platform` is empty for Linux and "windows" for Windows, as EC2 has it. `changes`
    reach back as far as they are kept and need no order; nor do the days. `hours`
    stays empty where only days are stored. `attached_monthly` is what goes on being
    billed while it is stopped (volumes, an address), where that is known.
    """

    account_id: str
    instance_id: str
    instance_type: str
    region: str
    state: str
    name: str = ""
    platform: str = ""
    tenancy: str = "Shared"
    lifecycle: str = "on-demand"
    launched_at: datetime | None = None
    first_seen_at: datetime | None = None
    gone_since: datetime | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    public_ip: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    cpu: Sequence[CpuDay] = ()
    network: Sequence[NetworkDay] = ()
    hours: Sequence[CpuHour] = ()
    memory_maximum_percent: float | None = None
    attached_monthly: Decimal | None = None

    @property
    def title(self) -> str:
        return self.name or self.instance_id

    @property
    def instance_types(self) -> set[str]:
        """What it is and what it is known to have been: all need a price."""
        retyped = [c for c in self.changes if c.field == "instance_type"]
        known = {name for c in retyped for name in (c.old_value, c.new_value)}
        return (known | {self.instance_type}) - {""}


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do about one machine, and why.

    `savings_monthly` is for 730 hours; None is unknown, and then `price_basis` is
    none and `currency` empty. `target` is the type to change to, where there is one.
    `fingerprint` is the same as long as the advice is in substance the same;
    `insights.advice.changes.changed_much` compares figures too.
    """

    rule: Rule
    account_id: str
    instance_id: str
    region: str
    category: Category
    priority: Level
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


@dataclass(frozen=True, slots=True)
class NotEnough:
    """A rule can't be answered for this machine, and why: one sentence."""

    rule: Rule
    account_id: str
    instance_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One piece of advice and how much of its saving is in the sum.

    An alternative counts 0 and names the rule whose saving is counted instead. What
    is `limited_by_bill` counts less than it says, so that an account's advice never
    promises more than its machines cost. None: the saving is unknown.
    """

    advice: Advice
    counted_monthly: Decimal | None
    alternative_to: Rule | None = None
    limited_by_bill: bool = False


@dataclass(frozen=True, slots=True)
class BillDay:
    """What all compute of one account and region cost on one complete UTC day."""

    day: date
    billed: Decimal
    currency: str
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """A saving that was recommended: the machine as it was, and when it was done."""

    rule: Rule
    instance_type: str
    savings_monthly: Decimal | None
    currency: str
    target: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the saving came, why one may say so, and the figures behind it.

    `realised_monthly` is for 730 hours, at most what the bill shows; `share` is that
    of what was expected, None where nothing was.
    """

    status: VerdictStatus
    reason: str
    realised_monthly: Decimal | None = None
    currency: str = ""
    share: float | None = None
    figures: Json = field(default_factory=dict)
