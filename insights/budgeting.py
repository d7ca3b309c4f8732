"""How far each budget is spent, what the month will be, and whom to tell."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from alerts.channels import configured_channels
from alerts.models import Notice
from alerts.outbox import queue_notice
from costs.models import CostTotal, DailyCost
from costs.querysets import DailyCostQuerySet
from insights.models import Budget, BudgetAlert, Forecast
from insights.models.forecasts import Scope
from insights.month_end import month_end_of, month_of
from insights.tagged import TaggedCost, tagged_cost
from providers.windows import ONE_DAY, Window, utc_day
from syncs.models import CloudAccount

logger = logging.getLogger(__name__)

ZERO = Decimal(0)
NO_FORECAST = (
    "No forecast reaches the end of the month, so only what is spent is known."
)
NOTHING_STORED = "No costs of this month are stored."


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget in one month; None is unknown."""

    period: date
    spent: Decimal | None
    spent_until: date | None
    forecasted: Decimal | None
    forecasted_high: Decimal | None
    note: str


def refresh_budgets(now: datetime) -> int:
    """Count every budget, record each threshold that is passed, and queue notices.

    Return how many budgets changed.
    """
    budgets = Budget.objects.select_related("account").order_by("pk")
    changed = sum(count(budget, now) for budget in budgets)
    queue_notices(now)
    return changed


def count(budget: Budget, now: datetime) -> bool:
    """Counts one and notes what it passed; whether anything is different."""
    standing = standing_of(budget, now)
    with transaction.atomic():
        is_changed = _keep(budget, standing)
        _note_alerts(budget, standing, now)
    return is_changed


def is_due(now: datetime) -> bool:
    """Return whether a month began that is not counted, or an alert has no notice."""
    month = month_of(utc_day(now)).start
    if Budget.objects.exclude(period=month).exists():
        return True
    if not configured_channels():
        return False
    return BudgetAlert.objects.without_notice(month).exists()


def standing_of(budget: Budget, now: datetime) -> Standing:
    """What is spent in the month of `now`, and what the whole of it will be."""
    month = month_of(utc_day(now))
    if budget.scope == Budget.Scope.TAG:
        return _of_tag(tagged_cost(budget, month, now), month)
    rows = _rows(budget)
    so_far = Window(month.start, max(utc_day(now), month.start + ONE_DAY))
    spent = rows.in_window(so_far).aggregate(sum=Sum("billed"))["sum"]
    newest = _newest_day(budget, so_far)
    ahead = month_end_of(_forecasts(budget), now)
    if newest is None and ahead is None:
        return Standing(month.start, None, None, None, None, NOTHING_STORED)
    return Standing(
        period=month.start,
        spent=spent or ZERO,
        spent_until=newest,
        forecasted=ahead.mean if ahead else None,
        forecasted_high=ahead.high_80 if ahead else None,
        note="" if ahead else NO_FORECAST,
    )


def _of_tag(cost: TaggedCost, month: Window) -> Standing:
    return Standing(
        period=month.start,
        spent=cost.spent,
        spent_until=cost.until,
        forecasted=cost.forecasted,
        forecasted_high=None,
        note=cost.note,
    )


def _rows(budget: Budget) -> DailyCostQuerySet:
    rows = DailyCost.objects.counted().filter(currency=budget.currency)
    if budget.account:
        rows = rows.filter(**_of_account(budget.account))
    if budget.scope == Budget.Scope.SERVICE:
        rows = rows.filter(service=budget.key)
    return rows


def _of_account(account: CloudAccount) -> dict[str, object]:
    """A member's costs are on its payer's bill; a payer's bill is all that is on it."""
    if account.payer_id:
        return {"account": account.payer_id, "sub_account_id": account.account_id}
    return {"account": account}


def _newest_day(budget: Budget, so_far: Window) -> date | None:
    totals = CostTotal.objects.counted().in_window(so_far)
    totals = totals.filter(currency=budget.currency)
    if budget.account:
        totals = totals.filter(account=budget.account.payer_id or budget.account_id)
    return totals.aggregate(newest=Max("day"))["newest"]


def _forecasts(budget: Budget) -> Iterator[Forecast]:
    """Those whose sum the budget is about; none where one of them is not known."""
    newest = Forecast.objects.newest().filter(currency=budget.currency)
    account = budget.account
    if budget.scope == Budget.Scope.TOTAL:
        yield from newest.filter(account=None, scope=Scope.TOTAL)
    elif budget.scope == Budget.Scope.SERVICE:
        if not (account and account.payer_id):  # not known per member and service
            yield from newest.filter(
                account=account, scope=Scope.SERVICE, key=budget.key
            )
    elif account and account.payer_id:
        yield from newest.filter(
            account=account.payer_id, scope=Scope.ACCOUNT, key=account.account_id
        )
    elif account:
        yield from newest.filter(account=account, scope=Scope.ACCOUNT)


def _keep(budget: Budget, standing: Standing) -> bool:
    """Whether anything was different from what is stored."""
    values = {
        name: getattr(standing, name)
        for name in Standing.__dataclass_fields__
        if getattr(budget, name) != getattr(standing, name)
    }
    if values:
        Budget.objects.filter(pk=budget.pk).update(**values)
    return bool(values)


def _note_alerts(budget: Budget, standing: Standing, now: datetime) -> None:
    """One alert for each threshold that is passed; its key allows no second one."""
    kinds = (
        (BudgetAlert.Kind.ACTUAL, budget.actual_percents, standing.spent),
        (BudgetAlert.Kind.FORECASTED, budget.forecasted_percents, standing.forecasted),
    )
    for kind, percents, amount in kinds:
        if amount is None:
            continue
        for percent in sorted(percents):
            if amount * 100 < budget.amount * percent:
                break
            _note(budget, standing.period, kind, percent, amount, now)


def _note(
    budget: Budget,
    period: date,
    kind: BudgetAlert.Kind,
    percent: int,
    amount: Decimal,
    now: datetime,
) -> None:
    which = {"budget": budget, "period": period, "kind": kind, "threshold": percent}
    if BudgetAlert.objects.filter(**which).exists():
        return
    verb = "are spent" if kind == BudgetAlert.Kind.ACTUAL else "will be spent"
    about = "about " if budget.is_estimate else ""
    sentence = (
        f"Budget {budget.name}: {about}{amount:,.2f} of {budget.amount:,.2f} "
        f"{budget.currency} {verb} in {period:%B %Y}, which passes {percent} %."
    )
    try:
        with transaction.atomic():
            BudgetAlert.objects.create(
                **which, amount=amount, sentence=sentence, at=now
            )
    except IntegrityError:
        return  # another process has noted it


def queue_notices(now: datetime) -> None:
    """Queue a notice of each alert of this month that has none yet."""
    alerts = BudgetAlert.objects.without_notice(month_of(utc_day(now)).start)
    for alert in alerts.select_related("budget__account"):
        is_actual = alert.kind == BudgetAlert.Kind.ACTUAL
        severity = Notice.Severity.CRITICAL if is_actual else Notice.Severity.WARNING
        account = alert.budget.account
        queue_notice(
            alert, "passed", alert.sentence, now, severity=severity, account=account
        )
