"""Filters of anomalies, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter
from core.api.filters import (
    AnyChoice,
    AnyText,
    Order,
    WindowForm,
    YesOrNo,
    end_filter,
    start_filter,
)
from insights.anomalies.querysets import AnomalyQuerySet
from insights.models import Anomaly


class AnomalyFilter(filters.FilterSet):
    """Anomalies that overlap the days from `start` to before `end`."""

    start = start_filter("last_day")
    end = end_filter("first_day")
    account = account_filter()
    scope = AnyChoice(choices=Anomaly.Scope.choices, help_text="Only these scopes.")
    status = AnyChoice(choices=Anomaly.Status.choices, help_text="Only these.")
    severity = AnyChoice(choices=Anomaly.Severity.choices, help_text="Only these.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    open = YesOrNo(method="is_open", help_text="Open or closed ones.")
    over = YesOrNo("is_over", help_text="Whether it returned to normal.")
    ordering = Order(
        fields=["first_day", "last_day", "impact", "confidence", "detected_at"]
    )

    class Meta:
        model = Anomaly
        fields: list[str] = []
        form = WindowForm

    def is_open(
        self, queryset: AnomalyQuerySet, name: str, value: bool
    ) -> AnomalyQuerySet:
        wanted = {"status__in": Anomaly.OPEN}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)
