"""Filters of feedback."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from core.api.filters import AnyChoice, UnknownLastOrder, YesOrNo
from insights.feedback.querysets import RATINGS
from insights.models import Anomaly, Forecast, Recommendation


def insight_choice(model: Any) -> filters.ModelChoiceFilter:
    """Return the filter by one insight that the user may see."""

    def visible(request: Any) -> QuerySet[Any]:
        rows = model.objects.all()
        found: QuerySet[Any] = rows.visible_to(request.user) if request else rows.none()
        return found

    return filters.ModelChoiceFilter(queryset=visible, help_text="By its id.")


class FeedbackFilter(filters.FilterSet):
    recommendation = insight_choice(Recommendation)
    anomaly = insight_choice(Anomaly)
    forecast = insight_choice(Forecast)
    rating = AnyChoice(choices=[(str(n), str(n)) for n in RATINGS], help_text="1 to 5.")
    is_flagged = YesOrNo("is_flagged", help_text="Whether it should not be shown.")
    ordering = UnknownLastOrder(fields=["updated_at", "rating"])
