"""Which metrics: one FilterSet for rows and trends."""

import django_filters as filters

from rest.filters import AnyObject, AnyText, WindowForm, end_filter, start_filter
from syncs.models import CloudAccount


class MetricFilter(filters.FilterSet):
    """The rows of any metric of an instance and day."""

    start = start_filter()
    end = end_filter()
    instance = AnyText("instance__instance_id", help_text="One or several ids.")
    account = AnyObject(
        field_name="instance__account",
        queryset=CloudAccount.objects.all(),
        to_field_name="account_id",
        help_text="By its 12 digits.",
    )
    region = AnyText("instance__region", help_text="One or several regions.")

    class Meta:
        fields: list[str] = []
        form = WindowForm
