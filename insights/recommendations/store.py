"""Stored recommendations and verdicts: what is found again keeps its row."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from clouds.models import CloudAccount
from insights.models import Recommendation, Verification
from insights.recommendations.engine.advice_records import (
    Advice,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.fingerprint import changed_much
from insights.recommendations.transitions import mark_obsolete
from inventory.models import Instance

Status = Recommendation.Status
FINAL = (VerdictStatus.REALIZED, VerdictStatus.NOT_REALIZED)
# Four weeks of bill and the days that it takes to settle: later days change nothing.
VERIFIED_DAYS = 35
# (instance id, rule)
Key = tuple[str, str]


@transaction.atomic
def store_recommendations(
    account: CloudAccount,
    found: Sequence[Advice],
    unanswered: Collection[Key],
    machines: Mapping[str, Instance],
    now: datetime,
) -> int:
    """Make the account's open rows those found; return how many changed.

    `unanswered` are the instances and rules that cannot be judged, so that their rows
    stay.
    """
    rows = Recommendation.objects.select_for_update(of=("self",))
    stored: dict[Key, list[Recommendation]] = {}
    of_account = rows.filter(account=account).select_related("resource")
    for row in of_account.order_by("found_at", "id"):
        stored.setdefault((row.resource.resource_id, row.rule), []).append(row)
    grouped: dict[Key, list[Advice]] = {}
    for one in found:
        grouped.setdefault((one.instance_id, one.rule.value), []).append(one)
    changed = 0
    for key, advice in grouped.items():
        pairs, unmatched = _matched(advice, stored.pop(key, []))
        # Obsolete ones make room before others take their place.
        changed += sum(_mark_unfound(row, now) for row in unmatched)
        for one, row in pairs:
            changed += _store(account, one, row, machines[key[0]], now)
    for key, rows_left in stored.items():
        if key not in unanswered:
            changed += sum(_mark_unfound(row, now) for row in rows_left if row.is_live)
    return changed


def _matched(
    found: Sequence[Advice], rows: Sequence[Recommendation]
) -> tuple[list[tuple[Advice, Recommendation | None]], list[Recommendation]]:
    """Pair advice with its live row, and return the live rows without advice too.

    One rule may have two targets. What people have answered already is left out.
    """
    live = [row for row in rows if row.is_live]
    pairs: list[tuple[Advice, Recommendation | None]] = []
    for one in found:
        row = next((row for row in live if row.target == one.target), None)
        if row is not None:
            live.remove(row)
        elif _is_answered(one, rows):
            continue
        pairs.append((one, row))
    return pairs, live


def _store(
    account: CloudAccount,
    one: Advice,
    row: Recommendation | None,
    machine: Instance,
    now: datetime,
) -> bool:
    """Create or update the row; return whether anything changed."""
    columns = _columns(one)
    if row is not None:
        return _update(row, {**columns, "is_found": True})
    Recommendation.objects.create(
        account=account,
        resource=machine,
        instance_type=machine.instance_type,
        found_at=now,
        **columns,
    )
    return True


def _is_answered(advice: Advice, rows: Sequence[Recommendation]) -> bool:
    """Return whether it was dismissed as it is, or is done and not verified yet."""
    done = [row.pk for row in rows if row.status == Status.DONE]
    final = Verification.objects.filter(recommendation__in=done, status__in=FINAL)
    if len(done) > final.count():
        return True
    return any(
        not changed_much(
            row.fingerprint,
            row.evidence,
            row.savings_monthly,
            advice.fingerprint,
            advice.evidence,
            advice.savings_monthly,
        )
        for row in rows
        if row.status == Status.DISMISSED
    )


def _columns(advice: Advice) -> dict[str, Any]:
    texts = ("title", "current_state", "recommendation", "risk_reason", "target")
    words = ("rule", "category", "priority", "impact", "effort", "complexity", "risk")
    return {
        **{name: getattr(advice, name) for name in texts},
        **{name: getattr(advice, name).value for name in words},
        "confidence": advice.confidence.value,
        "price_basis": advice.price_basis.value,
        "savings_monthly": advice.savings_monthly,
        "counted_monthly": advice.counted_monthly,
        "alternative_to": advice.alternative_to.value if advice.alternative_to else "",
        "currency": advice.currency,
        "estimated_time": advice.estimated_time,
        "implementation_steps": list(advice.implementation_steps),
        "evidence": dict(advice.evidence),
        "fingerprint": advice.fingerprint,
    }


def _update(row: Recommendation, columns: Mapping[str, Any]) -> bool:
    values = {
        name: value for name, value in columns.items() if getattr(row, name) != value
    }
    if values:
        Recommendation.objects.filter(pk=row.pk).update(**values)
    return bool(values)


def _mark_unfound(row: Recommendation, now: datetime) -> bool:
    """Make an open one obsolete. What somebody works on stays until they are done."""
    if row.status == Status.OPEN:
        return mark_obsolete(row, now)
    return _update(row, {"is_found": False})


def unverified(account: CloudAccount, now: datetime) -> list[Recommendation]:
    """Return what is done and may still get another verdict."""
    since = now - timedelta(days=VERIFIED_DAYS)
    done = Recommendation.objects.filter(account=account, status=Status.DONE)
    rows = done.select_related("resource", "verification").order_by("id")
    return [
        row
        for row in rows
        if row.verification.status not in FINAL
        or (row.done_at is not None and row.done_at > since)
    ]


def store_verdict(row: Recommendation, verdict: Verdict, now: datetime) -> bool:
    """Store the verdict; return whether it changed.

    A final one never becomes pending again, though its days may be out of sight.
    """
    if row.verification.status in FINAL and verdict.status not in FINAL:
        return False
    values: dict[str, Any] = {
        "status": verdict.status.value,
        "expected": row.savings_monthly,
        "realized": verdict.realized_monthly,
        "currency": verdict.currency or row.currency,
        "share": verdict.share,
        "reason": verdict.reason,
        "figures": dict(verdict.figures),
    }
    stored = row.verification
    if all(getattr(stored, name) == value for name, value in values.items()):
        return False
    same = Verification.objects.filter(pk=stored.pk)
    return bool(same.update(**values, checked_at=now))
