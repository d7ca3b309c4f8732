"""Which metrics: one FilterSet for rows and trends."""

import django_filters as filters

from rest.filters import AnyText, Order, WindowForm, end_filter, start_filter
from syncs.filters import account_filter


class MetricFilter(filters.FilterSet):
    """The rows of any metric of an instance and day."""

    start = start_filter()
    end = end_filter()
    instance = AnyText("instance__instance_id", help_text="One or several ids.")
    account = account_filter("instance__account")
    region = AnyText("instance__region", help_text="One or several regions.")

    class Meta:
        fields: list[str] = []
        form = WindowForm


class CpuFilter(MetricFilter):
    """The rows of CPU in an order."""

    ordering = Order(fields=["day", "average_percent", "maximum_percent"])


class NetworkFilter(MetricFilter):
    """The rows of network traffic in an order."""

    ordering = Order(fields=["day", "in_bytes", "out_bytes"])
