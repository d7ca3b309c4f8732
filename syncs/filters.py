"""Which runs: one FilterSet for the API and the page."""

import django_filters as filters

from rest.filters import AnyChoice, AnyObject, YesOrNo
from syncs.models import CloudAccount, Dataset, SyncRun
from syncs.querysets import CloudAccountQuerySet


class SyncRunFilter(filters.FilterSet):
    account = AnyObject(
        queryset=CloudAccount.objects.all(),
        to_field_name="account_id",
        help_text="By its 12 digits.",
    )
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
