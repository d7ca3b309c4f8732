"""Filters of labeled days."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, AnyText, Order, end_filter, start_filter
from insights.labels.querysets import LabeledDayQuerySet
from insights.models import Anomaly, Judgment, LabeledDay

NOT_JUDGED = "none"
OF_ANOMALY = "judgment__anomaly__"


class LabeledDayFilter(filters.FilterSet):
    start = start_filter()
    end = end_filter()
    account = account_filter(f"{OF_ANOMALY}account")
    provider = provider_filter(f"{OF_ANOMALY}account__provider")
    anomaly = filters.NumberFilter(
        f"{OF_ANOMALY}id", min_value=1, max_value=2**63 - 1, help_text="By its id."
    )
    scope = AnyChoice(
        f"{OF_ANOMALY}scope", choices=Anomaly.Scope.choices, help_text="Only these."
    )
    service = AnyText(
        f"{OF_ANOMALY}service", commas=False, help_text="Repeat it for several."
    )
    judged_by = AnyChoice(
        "judgment__source", choices=Judgment.Source.choices, help_text="Only these."
    )
    label = AnyChoice(
        choices=[*LabeledDay.Label.choices, (NOT_JUDGED, "Not judged")],
        method="labeled",
        help_text="anomaly, normal, or none: days around them.",
    )
    ordering = Order(fields=["day"])

    def labeled(
        self, queryset: LabeledDayQuerySet, name: str, value: list[str]
    ) -> LabeledDayQuerySet:
        wanted = ["" if one == NOT_JUDGED else one for one in value]
        return queryset.filter(label__in=wanted) if wanted else queryset
