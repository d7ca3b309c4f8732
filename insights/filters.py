"""Which insights: one FilterSet for the API and the page."""

from typing import Any

import django_filters as filters

from insights.advice.records import Category, Level, Rule
from insights.models import Anomaly, Budget, Feedback, Forecast, Recommendation
from insights.models.forecasts import Scope
from insights.querysets import (
    AnomalyQuerySet,
    ForecastQuerySet,
    RecommendationQuerySet,
)
from rest.filters import (
    AnyChoice,
    AnyText,
    Order,
    WindowForm,
    YesOrNo,
    end_filter,
    start_filter,
)
from syncs.filters import account_filter

LEVELS = [(item.value, item.value) for item in Level]
CATEGORIES = [(item.value, item.value) for item in Category]
RULES = [(item.value, item.value) for item in Rule]


class ForecastFilter(filters.FilterSet):
    account = account_filter()
    scope = AnyChoice(choices=Scope.choices, help_text="total, account or service.")
    key = AnyText(
        commas=False, help_text="The service, or the id of the account that used it."
    )
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    newest = YesOrNo(
        "is_newest",
        help_text="false: those of earlier days. Default: those that stand now.",
    )
    search = filters.CharFilter("key", "icontains", help_text="Part of a key.")
    ordering = Order(fields=["made_at", "data_until", "scope", "key", "mase"])

    class Meta:
        model = Forecast
        fields: list[str] = []

    def filter_queryset(self, queryset: ForecastQuerySet) -> ForecastQuerySet:
        rows = super().filter_queryset(queryset)
        asked = self.form.cleaned_data["newest"]
        return rows if isinstance(asked, bool) else rows.newest()


class AnomalyFilter(filters.FilterSet):
    """Those that touch the days from `start` up to, but without, `end`."""

    start = start_filter("last_day")
    end = end_filter("first_day")
    account = account_filter()
    scope = AnyChoice(choices=Anomaly.Scope.choices, help_text="Of which kind of part.")
    status = AnyChoice(choices=Anomaly.Status.choices, help_text="Only these.")
    severity = AnyChoice(choices=Anomaly.Severity.choices, help_text="Only these.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    open = YesOrNo(method="is_open", help_text="Whether nobody has settled it yet.")
    over = YesOrNo("is_over", help_text="Whether it went back.")
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


class RecommendationFilter(filters.FilterSet):
    account = account_filter()
    priority = AnyChoice(choices=LEVELS, help_text="high, medium or low.")
    category = AnyChoice(choices=CATEGORIES, help_text="Only these.")
    rule = AnyChoice(choices=RULES, help_text="Only these.")
    status = AnyChoice(choices=Recommendation.Status.choices, help_text="Only these.")
    live = YesOrNo(method="is_live", help_text="Whether there is something to do.")
    risk = AnyChoice(choices=LEVELS, help_text="Only these.")
    region = AnyText("resource__region", help_text="One or several regions.")
    instance = AnyText("resource__resource_id", help_text="By its EC2 id.")
    search = filters.CharFilter(
        "title", "icontains", help_text="Part of a title, which names the machine."
    )
    ordering = Order(
        fields=["savings_monthly", "priority", "found_at", "status", "category"]
    )

    class Meta:
        model = Recommendation
        fields: list[str] = []

    def is_live(
        self, queryset: RecommendationQuerySet, name: str, value: bool
    ) -> RecommendationQuerySet:
        wanted = {"status__in": Recommendation.LIVE}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)


def seen_recommendations(request: Any) -> RecommendationQuerySet:
    """Those one may choose from: another one is refused as if there was none."""
    rows = Recommendation.objects.all()
    return rows.seen_by(request.user) if request else rows.none()


class FeedbackFilter(filters.FilterSet):
    recommendation = filters.ModelChoiceFilter(
        queryset=seen_recommendations, help_text="By its number."
    )
    rating = AnyChoice(
        choices=[(str(n), str(n)) for n in range(1, 6)], help_text="1 to 5."
    )
    flagged = YesOrNo("is_flagged", help_text="Whether it should not be told.")
    ordering = Order(fields=["updated_at", "rating"])

    class Meta:
        model = Feedback
        fields: list[str] = []


class BudgetFilter(filters.FilterSet):
    account = account_filter()
    scope = AnyChoice(choices=Budget.Scope.choices, help_text="Of which kind.")
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    search = filters.CharFilter("name", "icontains", help_text="Part of a name.")
    ordering = Order(fields=["name", "amount", "spent", "forecasted", "created_at"])

    class Meta:
        model = Budget
        fields: list[str] = []
