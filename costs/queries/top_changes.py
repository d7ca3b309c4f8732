"""The largest cost changes: a service in the account that used it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from clouds.access import AnyUser
from clouds.models import CloudAccount
from core.money import CENT, ZERO
from core.windows import ONE_DAY, Window
from costs.models import CoveredDay, RecentCost
from costs.queries.coverage import Compared, Span
from costs.queries.query import query_string
from costs.queries.source import CostSource

SHOWN = 6


@dataclass(frozen=True, slots=True)
class TopChange(Compared):
    """A service in one account: what a period cost, beside the one before it."""

    service: str
    account_id: str
    account: str
    query: str
    """That of the costs page which shows it day by day."""


def top_changes(
    source: CostSource,
    user: AnyUser,
    window: Window,
    currency: str,
    spans: Sequence[Span],
    account_names: Mapping[str, str],
    filters: Mapping[str, Sequence[str]],
) -> Sequence[TopChange]:
    """Return the largest changes, up or down, since the 30 days before the window's 30.

    `filters` are those of the source, which may name clouds and accounts.

    `spans` are those of the source in both periods: an account of which either is not
    stored whole has no change that anybody knows, on whosever bill. One whose bill ends
    with the window is answered from RecentCost, any other one from its rows. One query,
    and two where there are others.
    """
    before = window.previous()
    both = (len(window), len(before))
    in_part = [one for one in spans if any(one.days[:2]) and one.days[:2] != both]
    unknown = of_any([span.account for span in in_part])
    late = [
        span.account
        for span in spans
        if before.start <= span.last != window.end - ONE_DAY and span.days[:2] == both
    ]
    recent = RecentCost.objects.visible_to(user).filter(currency=currency)
    recent = recent.filter(until=window.end).exclude(unknown)
    if clouds := filters["provider"]:
        recent = recent.filter(account__provider__in=clouds)
    if accounts := filters["sub_account"]:
        recent = recent.filter(sub_account_id__in=accounts)
    amounts: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    if late:
        keys = ("service", "sub_account_id")
        rows = source.by(*keys).filter(account__in=late).exclude(unknown)
        for service, account_id, now, former in rows.window_sums(
            keys, "billed", window, before
        ):
            amounts[service, account_id] = now or ZERO, former or ZERO
        moved = {account_id for _, account_id in amounts}
        for *key, now, former in recent.filter(sub_account_id__in=moved).per_service():
            held = amounts.get((key[0], key[1]), (ZERO, ZERO))
            amounts[key[0], key[1]] = held[0] + now, held[1] + former
        recent = recent.exclude(sub_account_id__in=moved)
    for service, account_id, now, former in recent.largest_changes(SHOWN):
        amounts[service, account_id] = now, former
    changes = [
        TopChange(
            now,
            former,
            service,
            account_id,
            account_names.get(account_id, account_id),
            _query(service, account_id, window, currency),
        )
        for (service, account_id), (now, former) in amounts.items()
        if abs(now - former) >= CENT
    ]
    changes.sort(key=lambda one: (-abs(one.change), one.service, one.account_id))
    return changes[:SHOWN]


def of_any(accounts: Sequence[int]) -> Q:
    """Return what is on the bills of these accounts, or about one that is on any."""
    named = CloudAccount.objects.filter(pk__in=accounts).values("account_id")
    covered = CoveredDay.objects.filter(account__in=accounts).values("sub_account_id")
    return (
        Q(account__in=accounts)
        | Q(sub_account_id__in=named)
        | Q(sub_account_id__in=covered)
    )


def _query(service: str, account_id: str, window: Window, currency: str) -> str:
    return query_string(
        {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "service": [service],
            "sub_account": [account_id] if account_id else [],
            "group_by": "region",
            "currency": currency,
        }
    )
