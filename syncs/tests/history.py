"""Accounts, runs, backfills and usage that tests of this app look at."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient

from cloudintel.tests.pages import NOW, account, run
from people.roles import Role, assign_role
from providers.meter import Usage
from providers.windows import Window, last_complete_days
from syncs.backfills import propose
from syncs.models import Backfill, CloudAccount, Dataset, SyncRun
from syncs.usage import keep_usage
from tests.api import session_of

TODAY = NOW.date()
# Three windows of at most 30 days.
LONG = last_complete_days(75, NOW)


def read_account(number: int = 1, name: str = "production") -> CloudAccount:
    """An account whose costs were read once, for $0.03."""
    owner = account(number, name)
    run(owner, Dataset.COST, NOW - timedelta(hours=1))
    return owner


def proposed(owner: CloudAccount | None = None, window: Window = LONG) -> Backfill:
    return propose(owner or read_account(), Dataset.COST, window, NOW)


def part_run(backfill: Backfill, at: datetime = NOW, **values: Any) -> SyncRun:
    """A run of the backfill's newest window."""
    part = backfill.windows.order_by("-start")[0]
    return run(backfill.account, Dataset.COST, at, backfill_window=part, **values)


def used(
    owner: CloudAccount, day: date, operation: str, requests: int, usd: str
) -> None:
    keep_usage(owner, day, {operation: Usage(requests, Decimal(usd))})


def user_with(*permissions: str) -> User:
    """Who may look at everything, and has these permissions besides."""
    user = User.objects.get_or_create(username="operator")[0]
    assign_role(user, Role.VIEWER)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def backfiller() -> APIClient:
    """A client of the API of a user who may start backfills."""
    return session_of(user_with("start_backfill"))


def signed_in(*permissions: str) -> Client:
    """A browser of a user who may look, and has these permissions and no others."""
    client = Client()
    client.force_login(user_with(*permissions))
    return client
