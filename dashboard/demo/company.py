"""The invented company's accounts, read as any others: its history, and days since."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from clouds.models import CloudAccount
from clouds.registry import CloudKind, offers, provider_for
from core.windows import ONE_DAY, Window, last_complete_days, midnight, utc_day
from costs.sync import open_since, sync_cost
from dashboard.demo_budgets import add_budgets
from dashboard.demo_teams import TAG_KEY, add_teams
from insights.advice.sync import sync_advice
from inventory.models import Resource
from inventory.sync import sync_databases, sync_ec2, sync_network, sync_storage
from metrics.sync import sync_cpu, sync_usage
from pricing.sync import sync_prices
from providers.base import AdviceSource
from providers.demo.company import ACCOUNTS, HISTORY_DAYS, Account, Cloud
from providers.demo.provider import DemoProvider
from syncs.accounts.changes import save_account
from syncs.datasets import Dataset
from syncs.models import Watermark
from syncs.runs.watermarks import WHOLE_ACCOUNT, due_window, read_until

KINDS = {Cloud.AWS: CloudKind.DEMO, Cloud.AZURE: CloudKind.DEMO_AZURE}
# The bill is read as it was on these days, so that some days are restated, and it is
# measured how much recent days grow.
READ_DAYS_AGO = (10, 9, 8)
LONG_TABLES = [
    *("costs_dailycost", "costs_tagcost", "inventory_resource"),
    *("metrics_cpumetric", "metrics_networkmetric", "metrics_usagemetric"),
]
# What each of these reads again: all that may have grown.
GROWING_DAYS = 4


def build(now: datetime, days: int) -> Iterator[CloudAccount]:
    """Add what is missing and read it up to `now`; yield each account once it is.

    An account is added when its history is about to be read: of one that waited, the
    scheduler would read some days, and the next build no more than these. Raises
    SlotTaken.
    """
    for one in ACCOUNTS:
        account = _account_of(one)
        if account.cost_totals.exists():
            catch_up(account, now)
        else:
            replay(account, now, days)
        yield account
    _count_rows()
    add_teams()
    add_budgets(now)


def _count_rows() -> None:
    """Tell PostgreSQL's planner of the rows at once, rather than within a minute.

    Until then it looks for the tags of each charge among those of all, and for the
    metrics of each resource.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(LONG_TABLES)}")


def _account_of(one: Account) -> CloudAccount:
    account = CloudAccount.objects.demo().filter(account_id=one.account_id).first()
    if account is None:
        account = CloudAccount(
            provider=KINDS[one.cloud],
            account_id=one.account_id,
            name=one.name,
            settings={"tag_keys": [TAG_KEY]},
        )
        save_account(account)
    return account


def provider_of(account: CloudAccount, now: datetime) -> DemoProvider:
    """Return what answers for it. Raise TypeError for an account of a real cloud."""
    provider = provider_for(account, now)
    if not isinstance(provider, DemoProvider):
        raise TypeError(f"{account} is not of the demo company.")
    return provider


def replay(account: CloudAccount, now: datetime, days: int) -> None:
    """Sync the history as if cloudintel had run all the time."""
    window = last_complete_days(days, now)
    provider = provider_of(account, now)
    of_regions = [
        (dataset, region)
        for dataset in (Dataset.CPU, Dataset.USAGE)
        for region in provider.fetch_regions()
    ]
    for dataset, region in [(Dataset.COST, WHOLE_ACCOUNT), *of_regions]:
        # Nothing before it exists, so nothing is missing.
        Watermark.objects.update_or_create(
            account=account,
            dataset=dataset,
            region=region,
            defaults={"read_until": window.start, "updated_at": now},
        )
    for day in [window.start, *provider.state_change_days()]:
        if day in window:
            sync_ec2(account, midnight(day + ONE_DAY))
    for day in [window.start, *provider.estate_change_days()]:
        if day in window:
            sync_estate(account, midnight(day + ONE_DAY))
    sync_ec2(account, now)
    sync_estate(account, now)
    known_until = window.start
    for then in (now - ONE_DAY * days_ago for days_ago in READ_DAYS_AGO):
        first = max(window.start, known_until - ONE_DAY * GROWING_DAYS)
        if first < utc_day(then):
            sync_cost(account, then, window=Window(first, utc_day(then)))
            known_until = utc_day(then)
    sync_cost(account, now, window=window)
    sync_cpu(account, now, window=window)
    sync_usage(account, now, window=window)
    _sync_opinions(account, now)


def catch_up(
    account: CloudAccount,
    now: datetime,
    *,
    is_last: bool = True,
    is_watched: bool = False,
) -> bool:
    """Sync the days since, and nothing older than the demo's history; return whether
    all was read.

    Where another day follows, what is the same on most days is left to it: prices,
    advice, what lies beside machines, and months that the cloud may still change. Of
    these only the months are, where each day is watched: the others would be stale.
    """
    history = last_complete_days(HISTORY_DAYS, now)
    mark = read_until(account, Dataset.COST).get(WHOLE_ACCOUNT)
    restated = [open_since(account, now)] if is_last else []
    due = due_window(Dataset.COST, mark, history, *restated)
    first = account.cost_totals.earliest("day").day
    sync_ec2(account, now)
    is_changed = is_last or _is_changed(account, now)
    if is_changed or is_watched:
        sync_estate(account, now)
    sync_cost(account, now, window=Window(max(due.start, first), due.end))
    sync_cpu(account, now)
    if is_changed or is_watched:
        sync_usage(account, now)
    if is_last or is_watched:
        _sync_opinions(account, now)
    return is_changed


def _is_changed(account: CloudAccount, now: datetime) -> bool:
    """Return whether anything came, changed or went within a day."""
    provider, yesterday = provider_of(account, now), utc_day(now) - ONE_DAY
    days = (*provider.estate_change_days(), *provider.state_change_days())
    return any(day >= yesterday for day in days)


def _sync_opinions(account: CloudAccount, now: datetime) -> None:
    """Sync what its cloud tells of prices and savings."""
    sync_prices(account, now)
    if offers(account, AdviceSource):
        sync_advice(account, now)


def sync_estate(account: CloudAccount, now: datetime) -> None:
    """Sync what it has beside its machines."""
    for sync in (sync_storage, sync_databases, sync_network):
        sync(account, now)


def amount_of(account: CloudAccount) -> str:
    present = account.resources.present()
    instances = present.filter(kind=Resource.Kind.INSTANCE).count()
    return f"{instances} instances, {account.cost_totals.count()} days of costs"
