"""Recommendations as they are found now, beside what people made of earlier ones."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from insights.advice.changes import changed_much
from insights.advice.records import (
    Advice,
    Counted,
    Expectation,
    Rule,
    Verdict,
    VerdictStatus,
)
from insights.models import Recommendation, RecommendationChange, Verification
from inventory.models import Instance
from syncs.models import CloudAccount

Status = Recommendation.Status
OBSOLETE = "Its reason is gone: the machine changed, or works differently now."
FINAL = (VerdictStatus.REALISED, VerdictStatus.NOT_REALISED)
# Four weeks of bill, and the days that it takes to settle, tell all that there is.
VERIFIED_DAYS = 35
# (instance id, rule)
Key = tuple[str, str]


@transaction.atomic
def keep_recommendations(
    account: CloudAccount,
    found: Sequence[Counted],
    unanswered: Collection[Key],
    machines: Mapping[str, Instance],
    now: datetime,
) -> int:
    """Makes the account's open rows those found; answers how many were changed.

    `unanswered` are machines and rules of which too little is known to say anything,
    so that what was said stays.
    """
    rows = Recommendation.objects.select_for_update(of=("self",))
    known: dict[Key, list[Recommendation]] = {}
    of_account = rows.filter(account=account).select_related("resource")
    for row in of_account.order_by("found_at", "id"):
        known.setdefault((row.resource.resource_id, row.rule), []).append(row)
    told: dict[Key, list[Counted]] = {}
    for one in found:
        told.setdefault((one.advice.instance_id, one.advice.rule.value), []).append(one)
    changed = 0
    for key, advice in told.items():
        pairs, lost = _matched(advice, known.pop(key, []))
        # Those that are lost make room before others take their place.
        changed += sum(_lose(row, now) for row in lost)
        for one, row in pairs:
            changed += _keep(account, one, row, machines[key[0]], now)
    for key, rows_left in known.items():
        if key not in unanswered:
            changed += sum(_lose(row, now) for row in rows_left if row.is_live)
    return changed


def _matched(
    found: Sequence[Counted], rows: Sequence[Recommendation]
) -> tuple[list[tuple[Counted, Recommendation | None]], list[Recommendation]]:
    """What there is to keep, each with its live row, and live rows that nothing is of.

    One rule may tell of two ways, to different types. What people have answered
    already is left out.
    """
    live = [row for row in rows if row.is_live]
    pairs: list[tuple[Counted, Recommendation | None]] = []
    for one in found:
        row = next((row for row in live if row.target == one.advice.target), None)
        if row is not None:
            live.remove(row)
        elif _is_answered(one.advice, rows):
            continue
        pairs.append((one, row))
    return pairs, live


def _keep(
    account: CloudAccount,
    one: Counted,
    row: Recommendation | None,
    machine: Instance,
    now: datetime,
) -> bool:
    """Whether a row was made, or any figure of the one that is there moved."""
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
    """Whether it was dismissed as it is, or is done and its saving still awaited."""
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


def _columns(one: Counted) -> dict[str, Any]:
    advice = one.advice
    texts = ("title", "current_state", "recommendation", "risk_reason", "target")
    words = ("rule", "category", "priority", "impact", "effort", "complexity", "risk")
    return {
        **{name: getattr(advice, name) for name in texts},
        **{name: getattr(advice, name).value for name in words},
        "confidence": advice.confidence.value,
        "price_basis": advice.price_basis.value,
        "savings_monthly": advice.savings_monthly,
        "counted_monthly": one.counted_monthly,
        "alternative_to": one.alternative_to.value if one.alternative_to else "",
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


def _lose(row: Recommendation, now: datetime) -> bool:
    """An open one becomes obsolete. What somebody took on is his to call done."""
    if row.status != Status.OPEN:
        return _update(row, {"is_found": False})
    same = Recommendation.objects.filter(pk=row.pk, status=Status.OPEN)
    if not same.update(
        status=Status.OBSOLETE, is_found=False, version=F("version") + 1
    ):
        return False
    RecommendationChange.objects.create(
        recommendation=row,
        at=now,
        old_status=Status.OPEN,
        new_status=Status.OBSOLETE,
        note=OBSOLETE,
    )
    return True


def awaiting_verdict(account: CloudAccount, now: datetime) -> list[Recommendation]:
    """What is done, and may still turn out otherwise."""
    since = now - timedelta(days=VERIFIED_DAYS)
    done = Recommendation.objects.filter(account=account, status=Status.DONE)
    rows = done.select_related("resource", "verification").order_by("id")
    return [
        row
        for row in rows
        if row.verification.status not in FINAL
        or (row.done_at is not None and row.done_at > since)
    ]


def expectation_of(row: Recommendation) -> Expectation:
    return Expectation(
        rule=Rule(row.rule),
        instance_type=row.instance_type,
        savings_monthly=row.savings_monthly,
        currency=row.currency,
        target=row.target,
        done_at=row.done_at,
    )


def keep_verdict(row: Recommendation, verdict: Verdict, now: datetime) -> bool:
    """Whether the verdict is another than the one that is stored.

    One that was reached is never awaited again, though days that it was reached by
    may not be looked at any more.
    """
    if row.verification.status in FINAL and verdict.status not in FINAL:
        return False
    values: dict[str, Any] = {
        "status": verdict.status.value,
        "expected": row.savings_monthly,
        "realised": verdict.realised_monthly,
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
