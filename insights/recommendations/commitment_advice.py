"""Advice about an account's commitments: what to commit to, and what is not used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from clouds.models import CloudAccount
from core.money import CENT
from core.windows import DAYS_PER_MONTH, ONE_DAY, Window, utc_day
from costs.commitments.models import CommitmentUse
from costs.lines.commitments import Commitment as UsedCommitment
from costs.lines.engine import LinesFailed
from costs.lines.models import LineItemMonth
from costs.lines.storage import month_window
from insights.models import Recommendation
from insights.recommendations.commitment_lines import (
    covered_hours,
    is_wasted,
    settled_month,
    unused_in,
)
from insights.recommendations.engine.advice import (
    INSTANCE,
    Advice,
    Level,
    ListPrice,
    MachineFacts,
    Rule,
    title_of,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.commitments import (
    Commitment,
    CommitmentContext,
    advise_commitments,
    commitment_window,
)
from insights.recommendations.engine.hourly_prices import BillRate, Prices
from insights.recommendations.store import Key

# An effective rate from which a region's bill is its list price.
AT_LIST_PRICE = Decimal("0.97")
# What was read longer ago says nothing of what is used now.
RECENT_DAYS = 45
RESIZING = frozenset({Rule.OVERSIZED, Rule.OLD_GENERATION})


@dataclass
class CommitmentFindings:
    """The advice, the stored rows that cannot be judged now, and why."""

    advice: list[Advice] = field(default_factory=list)
    unanswered: set[Key] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)


def find_commitments(
    account: CloudAccount,
    machines: Sequence[MachineFacts],
    others: Iterable[Advice],
    rates: Mapping[str, BillRate],
    prices: Prices,
    limits: Thresholds,
    now: datetime,
) -> CommitmentFindings:
    """Return what to commit to after `others`, and which commitments are not used.

    What is paid for already is on the line items of the bill. Without them a region
    whose bill is its list price has no commitment, and of another nothing is known.
    """
    found = CommitmentFindings()
    rows = Recommendation.objects.live().filter(account=account, resource=None)
    live = {(row.kind, row.about, row.rule): row for row in rows}
    window = commitment_window(limits, now)
    try:
        covered = covered_hours(account, [one.resource_id for one in machines], window)
        unused = _unused(account, limits, now)
    except LinesFailed as error:
        found.remarks.append(f"Commitments were not read from line items. {error}")
        found.unanswered.update(live)
        return found
    if unused is None:
        found.unanswered.update(
            key for key, row in live.items() if row.rule == Rule.UNUSED_COMMITMENT
        )
    found.advice += unused or ()
    if covered is None:
        known = {
            region for region, rate in rates.items() if rate.factor >= AT_LIST_PRICE
        }
        machines = [one for one in machines if one.region in known]
        found.unanswered.update(
            key
            for key, row in live.items()
            if row.rule == Rule.COMMITMENT and row.region not in known
        )
    found.advice += advise_commitments(
        machines, _types_after(account, others), covered or {}, prices, limits, now
    )
    return found


def _types_after(account: CloudAccount, others: Iterable[Advice]) -> Mapping[str, str]:
    """Return the type that each instance becomes by what is counted of other advice,
    unless that was dismissed; "": it is not to run all day."""
    dismissed = Recommendation.objects.filter(
        account=account,
        status=Recommendation.Status.DISMISSED,
        resource__kind=INSTANCE,
    )
    refused = {*dismissed.values_list("resource__resource_id", "rule", "target")}
    return {
        one.resource_id: one.target if one.rule in RESIZING else ""
        for one in others
        if one.kind == INSTANCE
        and one.alternative_to is None
        and (one.resource_id, one.rule, one.target) not in refused
    }


def _unused(
    account: CloudAccount, limits: Thresholds, now: datetime
) -> list[Advice] | None:
    """Return advice about what is wasted, by the account's newest settled lines;
    without recent ones by what its cloud says. None where all that is stored is old.

    Of an account that is not read any more there is none; and commitments of one that
    joined a payer are on the payer's bill.
    """
    if not account.is_enabled:
        return []
    months = LineItemMonth.objects.filter(account=account)
    settled = months.filter(month__lte=settled_month(now)).select_related("account")
    uses = CommitmentUse.objects.filter(account=account, account__payer=None)
    recent = utc_day(now) - ONE_DAY * RECENT_DAYS
    row = settled.order_by("-month").first()
    if row and (window := month_window(row.month)).end >= recent:
        return [
            _advise_unused(account, one, one.id, window, row.currency, limits)
            for one in unused_in(row, limits)
        ]
    if of_cloud := uses.filter(end__gte=recent).order_by("pk"):
        return [
            _advise_unused(
                account, use, use.commitment_id, use.window, use.currency, limits
            )
            for use in of_cloud
            if is_wasted(use, limits) and not use.has_ended(utc_day(now))
        ]
    return None if row or uses else []


def _advise_unused(
    account: CloudAccount,
    one: UsedCommitment | CommitmentUse,
    key: str,
    window: Window,
    currency: str,
    limits: Thresholds,
) -> Advice:
    """Return advice about a commitment; its saving is what nothing used, for a month
    of 730 hours."""
    months = Decimal(len(window)) / DAYS_PER_MONTH
    saving, cost = (
        (amount / months).quantize(CENT) for amount in (one.unused, one.cost)
    )
    share = 100 * one.unused / one.cost
    subject = Commitment(account.account_id, key, one.kind)
    return build_advice(
        CommitmentContext(subject, limits, ListPrice(cost, currency)),
        Rule.UNUSED_COMMITMENT,
        title=f"Use or give up the unused part of {title_of(str(one))}",
        current_state=(
            f"{share:.0f}% of what it cost in the {len(window)} days up to "
            f"{window.end - ONE_DAY:%-d %b %Y} was not used: {one.unused:,.2f} of "
            f"{one.cost:,.2f} {currency}."
        ),
        recommendation=(
            "Move what runs on demand to what it covers, exchange it or sell it where "
            "the provider allows that, and do not renew it as it is."
        ),
        evidence={
            "window": str(window),
            "used_percent": round(one.used_percent or 0.0, 1),
            "unused_cost": str(one.unused.quantize(CENT)),
            "commitment_id": key,
        },
        steps=(
            "Look on the page Commitments which resources used it, and which no longer "
            "do.",
            "Check its scope: one that is shared covers the other accounts of the bill "
            "too.",
            "AWS: a convertible reservation can be exchanged, a standard one sold on "
            "the Reserved Instance Marketplace; a savings plan can be returned within "
            "seven days. Azure: a reservation can be exchanged or refunded within "
            "limits; a savings plan cannot.",
        ),
        risk=Level.LOW,
        risk_reasons=("what was bought is owed until its term ends",),
        estimated_time="1 hour",
        confidence=Level.HIGH,
        saving=saving,
    )
