"""What a digest says: money, anomalies, savings, and what is not fresh."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Sum

from clouds.models import CloudAccount
from core.money import ZERO, for_reading
from core.windows import ONE_DAY, Window
from costs.queries.coverage import incomplete_windows
from dashboard.month_budget import month_budget
from dashboard.spending import Spending, spending
from insights.models import Anomaly, Recommendation, Verification
from syncs.runs.freshness import State, freshness

# More are a page, which the last line leads to.
LINES = 5
IN_TIME = (State.OK, State.LATE)


def digest_text(user: User, days: int, now: datetime) -> str:
    """Return the digest of the last day, or of several, for what this user sees.

    Its first line is the subject. Each part needs the permission of its page.
    """
    since = now - timedelta(days=days)
    lines = [*_costs(user, days, now)]
    if user.has_perm("insights.view_anomaly"):
        lines += ["", *_anomalies(user, since)]
    if user.has_perm("insights.view_recommendation"):
        lines += ["", *_savings(user, since)]
    if user.has_perm("syncs.view_syncrun"):
        lines += ["", *_not_fresh(user, now)]
    return "\n".join(lines)


def _costs(user: User, days: int, now: datetime) -> Iterator[str]:
    may = user.has_perm("costs.view_dailycost")
    first = spending(now, user, {}) if may else None
    if first is None:
        yield "No costs are stored"
        return
    newest = max(first.amounts)
    yield f"{_period(first, days)} (data through {newest:%-d %b %Y})"
    yield ""
    accounts = list(CloudAccount.objects.visible_to(user).enabled())
    yield from _money(first, days, accounts)
    for currency in first.other_currencies:
        if found := spending(now, user, {}, currency):
            yield from _money(found, days, accounts)


def _period(found: Spending, days: int) -> str:
    total, _ = _last(found, days)
    what = "the newest day" if days == 1 else f"the last {days} days"
    spent = "not all stored" if total is None else for_reading(total, found.currency)
    return f"Costs of {what}: {spent}"


def _last(found: Spending, days: int) -> tuple[Decimal | None, Decimal | None]:
    """Return the sums of the newest days and of those before; None: not all stored."""
    newest = max(found.amounts)
    sums: list[Decimal | None] = []
    for back in (0, days):
        wanted = [newest - ONE_DAY * (back + at) for at in range(days)]
        stored = [found.amounts[day] for day in wanted if day in found.amounts]
        sums.append(sum(stored, ZERO) if len(stored) == days else None)
    return sums[0], sums[1]


def _money(found: Spending, days: int, accounts: list[CloudAccount]) -> Iterator[str]:
    currency = found.currency
    total, before = _last(found, days)
    if total is not None:
        line = f"{_days(found, days)}: {for_reading(total, currency)}"
        if not _is_whole(found, days):
            line += " (days of an account are missing, so that nothing is compared)"
        elif before is not None:
            period = "day" if days == 1 else f"{days} days"
            line += f", {_change(total - before, currency)} than the {period} before"
        yield line
    month = found.month_to_date
    if month is None or month.total is None:
        return
    yield f"Month to date: {for_reading(month.total, currency)}"
    if found.expected is not None:
        yield f"Forecast month-end cost: {for_reading(found.expected, currency)}"
    if budget := month_budget(found.user, found, accounts, is_all=True):
        amount = for_reading(budget.budget.amount, currency)
        yield f"Budget {budget.budget}: {amount}, {budget.spent_percent:.0f}% spent"


def _is_whole(found: Spending, days: int) -> bool:
    """Return whether the newest days and those before are stored of each account."""
    end = max(found.amounts) + ONE_DAY
    last = Window(end - ONE_DAY * days, end)
    windows = (last, last.previous())
    return not incomplete_windows(found.source.spans(*windows), windows, 0, 1)


def _days(found: Spending, days: int) -> str:
    newest = max(found.amounts)
    first = newest - ONE_DAY * (days - 1)
    return f"{newest:%-d %b}" if days == 1 else f"{first:%-d %b} to {newest:%-d %b}"


def _change(amount: Decimal, currency: str) -> str:
    more = "more" if amount >= 0 else "less"
    return f"{for_reading(abs(amount), currency)} {more}"


def _anomalies(user: User, since: datetime) -> Iterator[str]:
    rows = Anomaly.objects.visible_to(user).filter(detected_at__gte=since)
    new = rows.open().select_related("account", "resource").worst_first()
    count = new.count()
    yield f"New anomalies: {count or 'none'}"
    for row in new[:LINES]:
        impact = "" if row.impact is None else for_reading(row.impact, row.currency)
        yield "- " + ", ".join(filter(None, [row.title, row.severity, impact]))
    if count > LINES:
        yield f"- and {count - LINES:,} more"


def _savings(user: User, since: datetime) -> Iterator[str]:
    new = Recommendation.objects.visible_to(user).live().filter(found_at__gte=since)
    yield f"New potential monthly savings: {_sums(new.savings_per_currency())}"
    verified = Verification.objects.visible_to(user).filter(status="realized")
    # Figures of one that is realized change with each day of its bill.
    realized = verified.filter(status_since__gte=since).order_by("currency")
    sums = realized.values_list("currency").annotate(total=Sum("realized"))
    yield f"Realized monthly savings: {_sums(dict(sums))}"


def _sums(per_currency: dict[str, Decimal]) -> str:
    return ", ".join(for_reading(a, c) for c, a in per_currency.items()) or "none"


def _not_fresh(user: User, now: datetime) -> Iterator[str]:
    accounts = CloudAccount.objects.visible_to(user).enabled().select_related("payer")
    late = [one for one in freshness(accounts, now) if one.state not in IN_TIME]
    yield f"Not fresh: {len(late) or 'nothing'}"
    for one in late[:LINES]:
        yield f"- {one.statement}"
    if len(late) > LINES:
        yield f"- and {len(late) - LINES:,} more"
