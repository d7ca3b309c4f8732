"""Buckets and storage accounts whose bytes would cost less in a colder tier."""

from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from core.money import CENT
from core.windows import last_complete_days
from insights.recommendations.engine.advice import (
    Advice,
    Json,
    Level,
    ListPrice,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.alternatives import COLDER
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.resource_context import ResourceContext
from providers.records import BucketRecord

GIB = 2**30
# What is smaller is billed as if it had this size in a colder tier of S3.
LEAST_OBJECT_BYTES = 128 * 1024
WHOLE_PERCENT = 100
BucketContext = ResourceContext[BucketRecord]


@dataclass(frozen=True, slots=True)
class Move:
    """All bytes of a hot tier in the colder one, where reading a GiB has a price."""

    hot: str
    gib: Decimal
    cheaper: Decimal
    cold: ListPrice
    per_gib_read: Decimal

    @property
    def tier(self) -> str:
        return COLDER[self.hot]

    def reading(self, share: Decimal) -> Decimal:
        """Return what reading that share of them costs."""
        return self.gib * share * self.per_gib_read

    @property
    def break_even_percent(self) -> float | None:
        """Return how much of them can be read a month until nothing is saved."""
        whole = self.reading(Decimal(1))
        return float(self.cheaper / whole) * WHOLE_PERCENT if whole else None


def colder_tier(context: BucketContext) -> Advice | NotEnough | None:
    """Return advice for the colder tier, with what reading from it costs priced in.

    No cloud tells when an object was read. Azure counts requests of a whole account;
    of S3 there is no evidence of access at all, which is not the same as no access.
    """
    record, now = context.subject.record, context.price
    hot = next((name for name in COLDER if (record.bytes_by_tier or {}).get(name)), "")
    if not hot or not _is_large(context, hot) or _has_small_objects(record):
        return None
    cold = context.subject.other_prices.get(COLDER[hot])
    if now is None or cold is None or cold.per_gib_read is None:
        reason = f"The price of {COLDER[hot]} in {record.region} is unknown."
        return NotEnough(Rule.COLDER_TIER, reason)
    since, requests = context.subject.exists_since, _requests_by_day(context)
    is_new = since is None or context.days_since(since) < cold.minimum_days
    a_day = fmean(requests) if requests else None
    is_used = a_day is not None and a_day > context.thresholds.cold_requests_a_day
    if is_new or is_used:
        return None
    is_evidence = len(requests) == context.thresholds.lookback_days
    size, cheaper = _gibibytes(context, hot), now.monthly - cold.monthly
    move = Move(hot, size, cheaper, cold, cold.per_gib_read)
    saving = cheaper - move.reading(context.thresholds.cold_read_share)
    if saving <= 0:
        return None
    return _advice(context, move, saving.quantize(CENT), a_day if is_evidence else None)


def _gibibytes(context: BucketContext, tier: str) -> Decimal:
    return Decimal((context.subject.record.bytes_by_tier or {}).get(tier, 0)) / GIB


def _is_large(context: BucketContext, tier: str) -> bool:
    return _gibibytes(context, tier) >= context.thresholds.cold_least_gib


def _has_small_objects(record: BucketRecord) -> bool:
    if not record.object_count or record.total_bytes is None:
        return False
    return record.total_bytes / record.object_count < LEAST_OBJECT_BYTES


def _requests_by_day(context: BucketContext) -> list[float]:
    """Return those of the known days, which may be fewer than are looked at."""
    window = last_complete_days(context.thresholds.lookback_days, context.now)
    counted = context.subject.usage.get("transactions", {})
    return [
        day.total
        for at, day in counted.items()
        if at in window and day.total is not None
    ]


def _advice(
    context: BucketContext, move: Move, saving: Decimal, requests: float | None
) -> Advice:
    subject, cold, days = context.subject, move.cold, move.cold.minimum_days
    return build_advice(
        context,
        Rule.COLDER_TIER,
        title=f"Move {subject.title} from {move.hot} to {move.tier}",
        current_state=(
            f"{move.gib:,.0f} GiB are in {move.hot}. "
            f"{_evidence_text(context, requests)}"
        ),
        recommendation=(
            f"Move what is older than {days} days to {move.tier}"
            f"{_unless(move.break_even_percent)}."
        ),
        evidence=_evidence(context, move, requests),
        steps=_steps(subject.record),
        risk=Level.MEDIUM,
        risk_reasons=(
            f"each GiB that is read costs {move.per_gib_read.normalize():f} "
            f"{cold.currency}",
            f"what is deleted within {days} days is billed for all of them",
        ),
        estimated_time="1 hour",
        effort=Level.MEDIUM,
        confidence=Level.LOW if requests is None else Level.MEDIUM,
        saving=saving,
        target=move.tier,
    )


def _evidence(context: BucketContext, move: Move, requests: float | None) -> Json:
    share, break_even = context.thresholds.cold_read_share, move.break_even_percent
    return {
        "size_gib": round(float(move.gib), 1),
        "from_tier": move.hot,
        "to_tier": move.tier,
        "requests_a_day": None if requests is None else round(requests, 1),
        "minimum_days": move.cold.minimum_days,
        "read_share": float(share),
        "reading_monthly": str(move.reading(share).quantize(CENT)),
        "break_even_percent": None if break_even is None else round(break_even, 1),
        "new_monthly_cost": str(move.cold.monthly.quantize(CENT)),
    }


def _unless(break_even: float | None) -> str:
    if break_even is None:
        return ""
    return f", if less than {break_even:.0f}% of it is read a month"


def _evidence_text(context: BucketContext, requests: float | None) -> str:
    if requests is None:
        if _is_azure(context.subject.record):
            return "Its requests are not all known, so there is no evidence of access."
        return "There is no evidence of when they were read: S3 does not tell."
    days = context.thresholds.lookback_days
    if not requests:
        return f"There is no evidence of access in {days} days."
    return f"{requests:,.0f} requests a day in {days} days, of all of the account."


def _steps(record: BucketRecord) -> tuple[str, ...]:
    if _is_azure(record):
        return (
            "Ask who reads it, and how often.",
            "Add a lifecycle rule that moves blobs that were not modified for so long.",
        )
    return (
        "Turn on its storage class analysis, which tells after 30 days what is read.",
        "Add a lifecycle rule; where access is not known, to Intelligent-Tiering, "
        "which moves objects back when they are read.",
    )


def _is_azure(record: BucketRecord) -> bool:
    return record.resource_id.startswith("/")
