"""Buckets and storage accounts whose bytes would cost less in a colder tier."""

from decimal import Decimal

from core.money import CENT
from core.windows import last_complete_days
from insights.recommendations.engine.advice import (
    Advice,
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
HOTTER = {cold: hot for hot, cold in COLDER.items()}


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
    if now is None or cold is None:
        return NotEnough(
            Rule.COLDER_TIER, f"The price of a tier in {record.region} is unknown."
        )
    since, requests = context.subject.exists_since, _requests_a_day(context)
    is_new = since is None or context.days_since(since) < cold.minimum_days
    is_used = requests is not None and requests > context.thresholds.cold_requests_a_day
    return None if is_new or is_used else _advice(context, now, cold, hot, requests)


def _gibibytes(context: BucketContext, tier: str) -> Decimal:
    return Decimal((context.subject.record.bytes_by_tier or {}).get(tier, 0)) / GIB


def _is_large(context: BucketContext, tier: str) -> bool:
    return _gibibytes(context, tier) >= context.thresholds.cold_least_gib


def _has_small_objects(record: BucketRecord) -> bool:
    if not record.object_count or record.total_bytes is None:
        return False
    return record.total_bytes / record.object_count < LEAST_OBJECT_BYTES


def _requests_a_day(context: BucketContext) -> float | None:
    days = context.thresholds.lookback_days
    window = last_complete_days(days, context.now)
    counted = context.subject.totals("transactions", window)
    return None if counted is None else sum(counted) / days


def _advice(
    context: BucketContext,
    now: ListPrice,
    cold: ListPrice,
    hot: str,
    requests: float | None,
) -> Advice | None:
    subject, lines, tier = context.subject, context.thresholds, COLDER[hot]
    size, cheaper = _gibibytes(context, hot), now.monthly - cold.monthly
    reading = size * lines.cold_read_share * cold.per_gib_read
    saving = (cheaper - reading).quantize(CENT)
    if saving <= 0:
        return None
    whole = size * cold.per_gib_read
    break_even = float(cheaper / whole) * WHOLE_PERCENT if whole else None
    days = cold.minimum_days
    unless = f", if less than {break_even:.0f}% of it is read a month"
    return build_advice(
        context,
        Rule.COLDER_TIER,
        title=f"Move {subject.title} from {hot} to {tier}",
        current_state=(
            f"{size:,.0f} GiB are in {hot}. {_evidence_text(context, requests)}"
        ),
        recommendation=(
            f"Move what is older than {days} days to {tier}"
            f"{'' if break_even is None else unless}."
        ),
        evidence={
            "size_gib": round(float(size), 1),
            "from_tier": hot,
            "to_tier": tier,
            "requests_a_day": None if requests is None else round(requests, 1),
            "minimum_days": days,
            "read_share": float(lines.cold_read_share),
            "reading_monthly": str(reading.quantize(CENT)),
            "break_even_percent": None if break_even is None else round(break_even, 1),
            "new_monthly_cost": str(cold.monthly.quantize(CENT)),
        },
        steps=_steps(subject.record),
        risk=Level.MEDIUM,
        risk_reasons=(
            f"each GiB that is read costs {cold.per_gib_read.normalize():f} "
            f"{cold.currency}",
            f"what is deleted within {days} days is billed for all of them",
        ),
        estimated_time="1 hour",
        effort=Level.MEDIUM,
        confidence=Level.LOW if requests is None else Level.MEDIUM,
        saving=saving,
        target=tier,
    )


def _evidence_text(context: BucketContext, requests: float | None) -> str:
    if requests is None:
        return "There is no evidence of when they were read: S3 does not tell."
    days = context.thresholds.lookback_days
    if not requests:
        return f"There is no evidence of access in {days} days."
    return f"{requests:,.0f} requests a day in {days} days, of all of the account."


def _steps(record: BucketRecord) -> tuple[str, ...]:
    if record.resource_id.startswith("/"):
        return (
            "Ask who reads it, and how often.",
            "Add a lifecycle rule that moves blobs that were not modified for so long.",
        )
    return (
        "Turn on its storage class analysis, which tells after 30 days what is read.",
        "Add a lifecycle rule; where access is not known, to Intelligent-Tiering, "
        "which moves objects back when they are read.",
    )
