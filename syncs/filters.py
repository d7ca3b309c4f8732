"""Which rows: one FilterSet for the API and the page."""

from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from clouds.models import CloudAccount
from clouds.querysets import CloudAccountQuerySet
from clouds.registry import CloudKind
from core.api.filters import (
    AnyChoice,
    AnyObject,
    AnyText,
    Order,
    WindowForm,
    YesOrNo,
    end_filter,
    moment_filter,
    start_filter,
)
from syncs.datasets import Dataset
from syncs.models import ApiUsage, Backfill, SyncRun


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in the place of a request where a FilterSet is used without one."""

    user: AbstractBaseUser | AnonymousUser


def seen_accounts(request: Any) -> CloudAccountQuerySet:
    """The accounts one may choose from: another one is refused as if there was none.

    `request` is anything with a user; without one there is nothing to choose.
    """
    accounts = CloudAccount.objects.all()
    return accounts.visible_to(request.user) if request else accounts.none()


def account_filter(
    field_name: str | None = None, help_text: str = "By its 12 digits."
) -> AnyObject:
    return AnyObject(
        field_name=field_name,
        queryset=seen_accounts,
        to_field_name="account_id",
        help_text=help_text,
    )


class SyncRunFilter(filters.FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="Such as instances.")
    status = AnyChoice(choices=SyncRun.Status.choices, help_text="Only these.")
    trigger = AnyChoice(choices=SyncRun.Trigger.choices, help_text="What started it.")
    started_after = moment_filter(
        "started_at", "gte", "Started then or later, such as 2026-01-31T08:00Z."
    )
    started_before = moment_filter(
        "started_at", "lt", "Started earlier than this instant."
    )
    search = filters.CharFilter("error", "icontains", help_text="Part of its error.")
    ordering = Order(fields=["started_at", "rows", "requests", "api_cost_usd"])

    class Meta:
        model = SyncRun
        fields: list[str] = []


class CloudAccountFilter(filters.FilterSet):
    enabled = YesOrNo("is_enabled", help_text="Whether syncs read it.")
    provider = AnyChoice(choices=CloudKind.choices, help_text="The cloud.")
    search = filters.CharFilter(method="searched", help_text="Part of an id or name.")
    ordering = Order(fields=["name", "account_id", "provider", "created_at"])

    class Meta:
        model = CloudAccount
        fields: list[str] = []

    def searched(
        self, queryset: CloudAccountQuerySet, name: str, value: str
    ) -> CloudAccountQuerySet:
        return queryset.searched(value)


class BackfillFilter(filters.FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="Such as cost.")
    status = AnyChoice(choices=Backfill.Status.choices, help_text="Only these.")
    ordering = Order(fields=["created_at", "start", "end", "estimated_usd"])

    class Meta:
        model = Backfill
        fields: list[str] = []


class ApiUsageFilter(filters.FilterSet):
    start = start_filter()
    end = end_filter()
    account = account_filter()
    service = AnyText(help_text="As IAM names it, such as ce or ec2.")
    operation = AnyText(help_text="Such as GetCostAndUsage.")
    ordering = Order(fields=["day", "requests", ("usd_e5", "usd")])

    class Meta:
        model = ApiUsage
        fields: list[str] = []
        form = WindowForm
