"""Runs, backfills and usage for tests, and users who may start them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from providers.aws.provider import AwsProvider
from providers.meter import Usage
from syncs.api_usage.recording import record_usage
from syncs.backfills.planning import propose
from syncs.datasets import Dataset
from syncs.models import Backfill, SyncRun
from users.roles import Role, assign_role
from users.testing import session_of

# What is read from an account of AWS whose bill is its own, in order, unless a setting
# adds what costs more.
OF_AWS: list[Dataset] = [
    one
    for one in Dataset
    if issubclass(AwsProvider, one.traits.capability) and one != Dataset.COMMITMENTS
]
# Three windows of at most 30 days.
LONG = last_complete_days(75, NOW)


def run(
    owner: CloudAccount, dataset: Dataset, at: datetime, **values: object
) -> SyncRun:
    facts: dict[str, object] = {
        "account": owner,
        "dataset": dataset,
        "status": SyncRun.Status.SUCCEEDED,
        "started_at": at,
        "heartbeat_at": at,
        "finished_at": at + timedelta(seconds=12),
        "rows": 1234,
        "requests": 3,
        "requests_by_operation": {"ce:GetCostAndUsage": 3},
        "api_cost_usd": Decimal("0.03"),
    }
    return SyncRun.objects.create(**{**facts, **values})


def outcome(run: SyncRun) -> tuple[str, str]:
    """How the run ended, as the database has it: its status and its error."""
    run.refresh_from_db()
    assert run.finished_at
    return run.status, run.error


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
    record_usage(owner, day, {operation: Usage(requests, Decimal(usd))})


def user_with(*permissions: str) -> User:
    """Who may look at everything, and has these permissions besides."""
    user = User.objects.get_or_create(username="operator")[0]
    see_all(user)
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
