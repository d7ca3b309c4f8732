"""The status of each budget this month, and the alerts of exceeded thresholds."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q, Sum

from alerts.channels import configured_channels
from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from clouds.versions import bump_version
from core.money import CENT, ZERO, for_reading
from core.windows import ONE_DAY, Window, utc_day
from costs.allocation.changes import teams_version
from costs.models import CostTotal, DailyCost, TagCost, Team
from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from insights.budgets.models import BudgetStatus, is_passed
from insights.budgets.team_spending import TeamSpending
from insights.forecasts.models import Scope
from insights.forecasts.month_end import month_end_of, month_of
from insights.models import Budget, BudgetAlert, Forecast
from insights.owners.matching import OwnerRules, traits_of_budget
from insights.refresh.refresh_state import Part, record_part, recorded_part

# The subject of the version that each change of a budget moves.
BUDGETS = "budgets"
NO_FORECAST = "No forecast reaches the end of the month."
NO_COSTS = "No costs of this month are stored."
NOT_READ_BY_TAG = (
    "No costs of this month are read by the tag {}. Choose the key in the settings of "
    "the account, then sync its costs."
)
NO_TEAM = "There is no team {}. Choose another one, or delete this budget."
NO_RULE = (
    "No rule gives the team {} any costs this month. Administrators add rules of teams."
)
BY_AVERAGE = "The rest of the month is forecast by the average of {} days."
# They have each day of a week.
RECENT_DAYS = 7


def refresh_budgets(now: datetime) -> int:
    """Refresh every budget and queue notices; return how many budgets changed."""
    budgets = Budget.objects.select_related("account").order_by("pk")
    rules, teams = teams_version(), team_spending(now)
    changed = sum(refresh_budget(budget, now, teams) for budget in budgets)
    queue_notices(now)
    record_part(Part.BUDGETS, rules)
    return changed


def refresh_budget(
    budget: Budget, now: datetime, teams: TeamSpending | None = None
) -> bool:
    """Store its status and its new alerts; return whether the status changed."""
    status = status_of(budget, now, teams)
    with transaction.atomic():
        is_changed = _store(budget, status)
        _record_alerts(budget, status, now)
        if is_changed:
            bump_version(budget.account, BUDGETS)
    return is_changed


def is_due(now: datetime) -> bool:
    """Return whether a month began that is not computed, a rule of teams changed, or an
    alert has no notice."""
    month = month_of(utc_day(now)).start
    if Budget.objects.exclude(period=month).exists():
        return True
    of_teams = Budget.objects.filter(scope=Budget.Scope.TEAM)
    if of_teams.exists() and recorded_part(Part.BUDGETS) != teams_version():
        return True
    alerts = BudgetAlert.objects.without_notice(month)
    if not configured_channels():
        alerts = alerts.exclude(budget__recipients=[])
    return alerts.exists()


def team_spending(now: datetime) -> TeamSpending:
    """Return what teams spend this month, and on the days before that its first days
    are forecast by."""
    month = month_of(utc_day(now))
    return TeamSpending(Window(month.start - ONE_DAY * RECENT_DAYS, month.end))


def status_of(
    budget: Budget, now: datetime, teams: TeamSpending | None = None
) -> BudgetStatus:
    """Return what is spent in the month of `now`, and the forecast for all of it.

    `teams` are of the same month; several budgets of teams share them.
    """
    month = month_of(utc_day(now))
    so_far = Window(month.start, max(utc_day(now), month.start + ONE_DAY))
    newest = _newest_day(budget, so_far)
    if budget.scope == Budget.Scope.TEAM:
        teams = teams or team_spending(now)
        return _status_of_team(budget, month, so_far, newest, teams)
    rows = _rows(budget)
    spent = rows.in_window(so_far).aggregate(sum=Sum("billed"))["sum"] or ZERO
    if budget.scope == Budget.Scope.TAG:
        return _status_of_tag(budget, month, spent, newest)
    ahead = month_end_of(_forecasts(budget), now)
    if newest is None and ahead is None:
        return BudgetStatus(month.start, note=NO_COSTS)
    return BudgetStatus(
        period=month.start,
        spent=None if newest is None else spent,
        spent_until=newest,
        forecasted=ahead.mean if ahead else None,
        forecasted_high=ahead.high_80 if ahead else None,
        note="" if ahead else NO_FORECAST,
    )


def _status_of_tag(
    budget: Budget, month: Window, spent: Decimal, newest: date | None
) -> BudgetStatus:
    if newest is None:
        note = NOT_READ_BY_TAG.format(budget.tag[0])
        return BudgetStatus(month.start, note=note)
    recent = _recent(newest)
    recently = _rows(budget).in_window(recent).aggregate(sum=Sum("billed"))["sum"]
    return _status_by_average(budget, month, newest, spent, recently or ZERO)


def _status_of_team(
    budget: Budget,
    month: Window,
    so_far: Window,
    newest: date | None,
    teams: TeamSpending,
) -> BudgetStatus:
    if not Team.objects.filter(name=budget.key).exists():
        return BudgetStatus(month.start, note=NO_TEAM.format(budget.key))
    if not teams.has_rule_of(budget.key):
        return BudgetStatus(month.start, note=NO_RULE.format(budget.key))
    if newest is None:
        return BudgetStatus(month.start, note=NO_COSTS)
    per_day = teams.per_day(budget.key, budget.currency)
    spent, recently = (
        sum((cost for day, cost in per_day.items() if day in window), ZERO)
        for window in (so_far, _recent(newest))
    )
    return _status_by_average(budget, month, newest, spent, recently)


def _recent(newest: date) -> Window:
    return Window(newest - ONE_DAY * (RECENT_DAYS - 1), newest + ONE_DAY)


def _status_by_average(
    budget: Budget, month: Window, newest: date, spent: Decimal, recently: Decimal
) -> BudgetStatus:
    """Nothing is forecast by tag or team, so the rest of the month is like its newest
    days, which cost `recently`."""
    recent = _recent(newest)
    read = _totals(budget).in_window(recent).values("day").distinct().count()
    left = (month.end - recent.end).days
    return BudgetStatus(
        period=month.start,
        spent=spent,
        spent_until=newest,
        forecasted=(spent + recently / read * left).quantize(CENT),
        note=BY_AVERAGE.format(read),
    )


def _rows(budget: Budget) -> DailyCostQuerySet:
    """An account's costs are on its own bill, all of it, and on that of its payer."""
    rows: DailyCostQuerySet = DailyCost.objects.counted()
    if budget.scope == Budget.Scope.TAG:
        key, value = budget.tag
        rows = TagCost.objects.counted().filter(tag_key=key, tag_value=value)
    rows = rows.filter(currency=budget.currency)
    if account := budget.account:
        own = Q(account=account) | Q(sub_account_id=account.account_id)
        rows = rows.filter(own)
    if budget.scope == Budget.Scope.SERVICE:
        rows = rows.filter(service=budget.key)
    return rows


def _newest_day(budget: Budget, so_far: Window) -> date | None:
    totals = _totals(budget).in_window(so_far)
    return totals.aggregate(newest=Max("day"))["newest"]


def _totals(budget: Budget) -> CostTotalQuerySet:
    """The days that its costs are known of."""
    totals = CostTotal.objects.counted().filter(currency=budget.currency)
    if budget.account:
        totals = totals.filter(account=budget.account.payer_id or budget.account_id)
    if budget.scope == Budget.Scope.TAG:
        totals = totals.read_by_tag(budget.tag[0])
    return totals


def _forecasts(budget: Budget) -> Iterator[Forecast]:
    """Yield the forecasts that add up to the budget's scope; none where one lacks."""
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


def _store(budget: Budget, status: BudgetStatus) -> bool:
    """Store the columns that changed; return whether any did."""
    columns = asdict(status).items()
    changed = {name: new for name, new in columns if getattr(budget, name) != new}
    if changed:
        Budget.objects.filter(pk=budget.pk).update(**changed)
    return bool(changed)


def _record_alerts(budget: Budget, status: BudgetStatus, now: datetime) -> None:
    """Store one alert for each exceeded threshold; its key allows no second one."""
    kinds = (
        (BudgetAlert.Kind.ACTUAL, budget.actual_percents, status.spent),
        (BudgetAlert.Kind.FORECASTED, budget.forecasted_percents, status.forecasted),
    )
    for kind, percents, amount in kinds:
        if amount is None:
            continue
        for percent in sorted(percents):
            if not is_passed(percent, amount, budget.amount):
                break
            _record(budget, status.period, kind, percent, amount, now)


def _record(
    budget: Budget,
    period: date,
    kind: BudgetAlert.Kind,
    percent: int,
    amount: Decimal,
    now: datetime,
) -> None:
    what = "spent in" if kind == BudgetAlert.Kind.ACTUAL else "forecast for"
    spent, limit = (for_reading(n, budget.currency) for n in (amount, budget.amount))
    sentence = (
        f"Budget {budget.name} exceeds {percent}%: {spent} of {limit} {what} "
        f"{period:%B %Y}."
    )
    BudgetAlert.objects.get_or_create(
        budget=budget,
        period=period,
        kind=kind,
        threshold=percent,
        defaults={"amount": amount, "sentence": sentence, "at": now},
    )


def queue_notices(now: datetime) -> None:
    """Queue a notice of each alert of this month that has none yet."""
    alerts = BudgetAlert.objects.without_notice(month_of(utc_day(now)).start)
    waiting = list(alerts.select_related("budget__account__payer"))
    if not waiting:
        return
    rules = OwnerRules(now)
    for alert in waiting:
        budget, traits = alert.budget, traits_of_budget(alert.budget)
        is_actual = alert.kind == BudgetAlert.Kind.ACTUAL
        facts = Facts(
            Topic.BUDGET,
            Severity.CRITICAL if is_actual else Severity.WARNING,
            budget.account,
            alert.amount,
            budget.currency,
            rules.teams_of(traits),
            traits.tags,
        )
        queue_notice(
            alert, "passed", alert.sentence, now, facts, recipients=budget.recipients
        )
