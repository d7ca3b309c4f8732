"""The monthly budgets of the invented company: of all costs, an account and a team."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from clouds.models import CloudAccount
from dashboard.demo_teams import has_rule_of
from insights.budgets.refresh import refresh_budget
from insights.models import Budget
from providers.demo.company import COMPANY_NAME

# Close to what a month costs, so that they say how close.
OF_ALL = Decimal(62_000)
OF_ACCOUNT = "staging", Decimal(3_600)
OF_TEAM = "Data platform", Decimal(12_000)


@transaction.atomic
def add_budgets(now: datetime) -> None:
    """Add them, unless somebody made a budget."""
    if Budget.objects.exists():
        return
    for budget in _budgets():
        budget.created_at = now
        budget.clean()
        budget.save()
        refresh_budget(budget, now)


def remove_budgets() -> None:
    """Delete those that no account took with it."""
    _made().delete()


def remove_budget_of_all(added: CloudAccount) -> None:
    """Delete the one of all costs, unless somebody changed it: it would count those of
    an account that is connected too."""
    if CloudAccount.objects.real().filter(pk=added.pk).exists():
        unchanged = _made().filter(version=1, assigned_at=None)
        unchanged.filter(scope=Budget.Scope.TOTAL, amount=OF_ALL).delete()


def _made() -> QuerySet[Budget]:
    names = [COMPANY_NAME, OF_TEAM[0]]
    return Budget.objects.filter(account=None, created_by=None, name__in=names)


def _budgets() -> Iterator[Budget]:
    """Yield those that count no costs of anybody else."""
    scopes = Budget.Scope
    if not CloudAccount.objects.real().exists():
        yield Budget(name=COMPANY_NAME, scope=scopes.TOTAL, amount=OF_ALL)
    team, amount = OF_TEAM
    if has_rule_of(team):
        yield Budget(name=team, scope=scopes.TEAM, key=team, amount=amount)
    name, amount = OF_ACCOUNT
    for account in CloudAccount.objects.demo().filter(name=name):
        yield Budget(
            name=account.name, scope=scopes.ACCOUNT, account=account, amount=amount
        )
