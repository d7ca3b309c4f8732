"""Filters of notices."""

import django_filters as filters

from alerts.models import Severity, Topic
from clouds.filters import account_filter
from core.api.filters import AnyChoice, AnyText, Order, YesOrNo


class NoticeFilter(filters.FilterSet):
    account = account_filter()
    channel = AnyText("channel", help_text="One or several channels.")
    topic = AnyChoice(choices=Topic.choices, help_text="Only these.")
    severity = AnyChoice(choices=Severity.choices, help_text="Only these.")
    sent = YesOrNo("sent_at", "isnull", exclude=True, help_text="Whether it was taken.")
    acknowledged = YesOrNo(
        "acknowledged_at",
        "isnull",
        exclude=True,
        help_text="Whether somebody looks at what it is about.",
    )
    ordering = Order(fields=["created_at", "sent_at"])


class RouteFilter(filters.FilterSet):
    account = account_filter()
    channel = AnyText("channel", help_text="One or several channels.")
    topic = AnyChoice(choices=Topic.choices, help_text="Only these.")
    team = AnyText("team", help_text="One or several teams.")
    ordering = Order(fields=["channel", "created_at"])
