"""Which rows: one FilterSet for the API and the page."""

import django_filters as filters

from rest.filters import (
    AnyChoice,
    AnyObject,
    AnyText,
    WindowForm,
    YesOrNo,
    end_filter,
    start_filter,
)
from syncs.models import ApiUsage, Backfill, CloudAccount, Dataset, SyncRun
from syncs.querysets import CloudAccountQuerySet


def account_filter() -> AnyObject:
    return AnyObject(
        queryset=CloudAccount.objects.all(),
        to_field_name="account_id",
        help_text="By its 12 digits.",
    )


class SyncRunFilter(filters.FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="ec2, cost or cpu.")
    status = AnyChoice(choices=SyncRun.Status.choices, help_text="Only these.")

    class Meta:
        model = SyncRun
        fields: list[str] = []


class CloudAccountFilter(filters.FilterSet):
    enabled = YesOrNo("is_enabled", help_text="Whether syncs read it.")
    search = filters.CharFilter(method="searched", help_text="Part of an id or name.")

    class Meta:
        model = CloudAccount
        fields: list[str] = []

    def searched(
        self, queryset: CloudAccountQuerySet, name: str, value: str
    ) -> CloudAccountQuerySet:
        return queryset.searched(value)


class BackfillFilter(filters.FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="cost or cpu.")
    status = AnyChoice(choices=Backfill.Status.choices, help_text="Only these.")

    class Meta:
        model = Backfill
        fields: list[str] = []


class ApiUsageFilter(filters.FilterSet):
    start = start_filter()
    end = end_filter()
    account = account_filter()
    service = AnyText(help_text="As IAM names it, such as ce or ec2.")
    operation = AnyText(help_text="Such as GetCostAndUsage.")

    class Meta:
        model = ApiUsage
        fields: list[str] = []
        form = WindowForm
