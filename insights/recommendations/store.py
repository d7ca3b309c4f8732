"""Stored recommendations and verdicts: what is found again keeps its row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from clouds.models import CloudAccount
from insights.models import EffectiveRate, Recommendation, Verification
from insights.recommendations.engine.advice import (
    Advice,
    Rule,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.hourly_prices import BillRate
from insights.transitions import change_status_automatically
from inventory.models import Resource

Status = Recommendation.Status
FINAL = (VerdictStatus.REALIZED, VerdictStatus.NOT_REALIZED)
# Four weeks of bill and the days that it takes to settle: later days change nothing.
VERIFIED_DAYS = 35
# No bill tells what was done about an unused commitment. After so long there is a whole
# settled month since, and what it still wastes is recommended again.
WHOLE_MONTH_SINCE = timedelta(days=70)
OBSOLETE_NOTE = "Its reason no longer applies: the resource or its utilization changed."
# A saving that grows by half, or a load by ten points, is a change.
SAVING_GROWS_BY = Decimal("0.5")
LOAD_CHANGES_BY = 10.0
LOADS = ("highest_percent", "highest_p99_percent")
# The fields of advice that are columns too.
COLUMNS = {one.name for one in fields(Advice)} - {
    *("account_id", "kind", "resource_id", "resource_type", "region", "part_of")
}
# (kind, resource id, rule)
Key = tuple[str, str, str]


@transaction.atomic
def store_recommendations(
    account: CloudAccount,
    advice: Sequence[Advice],
    unanswered: Collection[Key],
    resources: Mapping[tuple[str, str], Resource],
    now: datetime,
) -> int:
    """Make the account's open rows those advised; return how many changed.

    `unanswered` are the resources and rules that cannot be judged, so that their rows
    stay. `resources` are by kind and id; what is about none is about the account.
    """
    rows = Recommendation.objects.select_for_update(of=("self",))
    stored: dict[Key, list[Recommendation]] = {}
    of_account = rows.filter(account=account).select_related("resource")
    for row in of_account.order_by("found_at", "id"):
        key = (row.kind, row.subject_id, row.rule)
        stored.setdefault(key, []).append(row)
    grouped: dict[Key, list[Advice]] = {}
    for one in advice:
        grouped.setdefault((one.kind, one.resource_id, one.rule), []).append(one)
    changed = 0
    for key, several in grouped.items():
        pairs, unmatched = _matched(several, stored.pop(key, []), now)
        # Obsolete ones make room before others take their place.
        changed += sum(_mark_unfound(row, now) for row in unmatched)
        for one, row in pairs:
            if row is not None:
                changed += _update(row, {**_columns(one), "is_found": True})
            else:
                _create(account, one, resources.get(key[:2]), now)
                changed += 1
    for key, rows_left in stored.items():
        if key not in unanswered:
            changed += sum(_mark_unfound(row, now) for row in rows_left if row.is_live)
    return changed


def _matched(
    advice: Sequence[Advice], rows: Sequence[Recommendation], now: datetime
) -> tuple[list[tuple[Advice, Recommendation | None]], list[Recommendation]]:
    """Pair advice with its live row, and return the live rows without advice too.

    One rule may have two targets. What users have answered already is left out.
    """
    live = {row.target: row for row in rows if row.is_live}
    pairs: list[tuple[Advice, Recommendation | None]] = []
    for one in advice:
        row = live.pop(one.target, None)
        if row is not None or not _is_answered(one, rows, now):
            pairs.append((one, row))
    return pairs, list(live.values())


def _is_answered(advice: Advice, rows: Sequence[Recommendation], now: datetime) -> bool:
    """Return whether it was dismissed as it is, or is done and not verified yet."""
    done = [
        row.pk for row in rows if row.status == Status.DONE and not _is_over(row, now)
    ]
    final = Verification.objects.filter(recommendation__in=done, status__in=FINAL)
    if len(done) > final.count():
        return True
    dismissed = [row for row in rows if row.status == Status.DISMISSED]
    return any(not changed_much(row, advice) for row in dismissed)


def _is_over(row: Recommendation, now: datetime) -> bool:
    """Return whether it would be verified by now, if any bill could."""
    never = row.rule == Rule.UNUSED_COMMITMENT
    return never and row.done_at is not None and row.done_at < now - WHOLE_MONTH_SINCE


def changed_much(row: Recommendation, advice: Advice) -> bool:
    """Return whether dismissed advice should be shown again."""
    old, new = row.savings_monthly, advice.savings_monthly
    if row.fingerprint != advice.fingerprint:
        return True
    if new is not None and (old is None or new > old * (1 + SAVING_GROWS_BY)):
        return True
    loads = [(_number(row.evidence, n), _number(advice.evidence, n)) for n in LOADS]
    return any(
        old_load is not None
        and new_load is not None
        and abs(new_load - old_load) >= LOAD_CHANGES_BY
        for old_load, new_load in loads
    )


def _number(evidence: Mapping[str, object], name: str) -> float | None:
    value = evidence.get(name)
    try:
        return None if value is None else float(Decimal(str(value)))
    except InvalidOperation:
        return None


def _columns(advice: Advice) -> dict[str, Any]:
    return {
        **{name: getattr(advice, name) for name in COLUMNS},
        "alternative_to": advice.alternative_to or "",
        "implementation_steps": list(advice.implementation_steps),
    }


def _create(
    account: CloudAccount, advice: Advice, resource: Resource | None, now: datetime
) -> None:
    Recommendation.objects.create(
        account=account,
        resource=resource,
        about="" if resource else advice.resource_id,
        resource_type=advice.resource_type,
        found_at=now,
        **_columns(advice),
    )


def _update(row: Recommendation, columns: Mapping[str, Any]) -> bool:
    values = {
        name: value for name, value in columns.items() if getattr(row, name) != value
    }
    if values:
        Recommendation.objects.filter(pk=row.pk).update(**values)
    return bool(values)


def _mark_unfound(row: Recommendation, now: datetime) -> bool:
    """Make an open one obsolete. One in progress stays until its user is done."""
    if row.status != Status.OPEN:
        return _update(row, {"is_found": False})
    return change_status_automatically(
        row, Status.OBSOLETE, OBSOLETE_NOTE, now, is_found=False
    )


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
    stored = row.verification
    if stored.status in FINAL and verdict.status not in FINAL:
        return False
    values: dict[str, Any] = {
        "status": verdict.status,
        "expected": row.savings_monthly,
        "realized": verdict.realized_monthly,
        "currency": verdict.currency or row.currency,
        "share": verdict.share,
        "reason": verdict.reason,
        "figures": verdict.figures,
    }
    if all(getattr(stored, name) == value for name, value in values.items()):
        return False
    if stored.status != verdict.status:
        values["status_since"] = now
    same = Verification.objects.filter(pk=stored.pk)
    return bool(same.update(**values, checked_at=now))


def store_rates(
    account: CloudAccount, rates: Mapping[str, BillRate], now: datetime
) -> None:
    """Replace the account's effective rates by these, by region."""
    with transaction.atomic():
        account.effective_rates.all().delete()
        EffectiveRate.objects.bulk_create(
            EffectiveRate(
                account=account,
                region=region,
                factor=rate.factor,
                currency=rate.currency,
                days=rate.days,
                computed_at=now,
            )
            for region, rate in sorted(rates.items())
        )
