"""The overview of insights, and forecasts with how past ones did."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.utils import timezone
from django.views.generic import DetailView, TemplateView
from django_filters.views import FilterView

from insights.chart import fan_chart
from insights.filters import ForecastFilter
from insights.models import (
    Anomaly,
    Budget,
    Forecast,
    Recommendation,
    RefreshState,
    Verification,
)
from insights.models.forecasts import Scope
from insights.month_end import (
    MonthEnd,
    actual_days,
    month_end,
    month_end_of,
    month_ends,
)
from insights.querysets import ForecastQuerySet
from insights.track_record import past_forecasts
from people.limits import Person
from providers.windows import ONE_DAY, Window, utc_day
from syncs.models import CloudAccount

SHOWN = 5
# What came before the first forecast day, beside what is forecast.
CHART_DAYS_BEFORE = 60


class InsightsView(PermissionRequiredMixin, TemplateView):
    """What will happen, what is wrong, what to do: the worst and dearest of each."""

    template_name = "insights/overview.html"
    permission_required = (
        "insights.view_forecast",
        "insights.view_anomaly",
        "insights.view_recommendation",
        "insights.view_budget",
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        anomalies = Anomaly.objects.seen_by(user).open()
        advice = Recommendation.objects.seen_by(user).live()
        done = Verification.objects.seen_by(user)
        return super().get_context_data(
            accounts=CloudAccount.objects.seen_by(user).exists(),
            state=refresh_state(user),
            forecasts=_month_ends(user, now),
            anomalies=anomalies.worst_first().select_related("account", "resource")[
                :SHOWN
            ],
            anomalies_count=anomalies.count(),
            recommendations=advice.dearest_first().select_related(
                "account", "resource"
            )[:SHOWN],
            recommendations_count=advice.count(),
            potential=advice.savings_per_currency(),
            verified=done.totals(),
            realised=done.realised_per_currency(),
            budgets=Budget.objects.seen_by(user).select_related("account")[:SHOWN],
            **kwargs,
        )


def _month_ends(user: Person, now: datetime) -> list[dict[str, Any]]:
    """Per currency what the month will cost, and what past forecasts of it said."""
    newest = Forecast.objects.newest().seen_by(user)
    currencies = newest.order_by("currency").values_list("currency", flat=True)
    found = []
    for currency in currencies.distinct():
        if ahead := month_end(now, currency, user):
            one = ahead.forecasts[0] if len(ahead.forecasts) == 1 else None
            past = past_forecasts(one, now, limit=3) if one else []
            found.append({"ahead": ahead, "forecast": one, "past": past})
    return found


def refresh_state(user: Person) -> dict[str, Any]:
    """When what the user sees was computed, what failed, and what was never done."""
    states = RefreshState.objects.seen_by(user)
    computed = states.exclude(refreshed_at=None).order_by("refreshed_at")
    oldest = computed.first()
    return {
        "oldest_at": oldest.refreshed_at if oldest else None,
        "failures": list(states.exclude(error="").select_related("account")[:SHOWN]),
        "is_at_work": states.exclude(held_by="").exists(),
    }


class ForecastListView(PermissionRequiredMixin, FilterView):
    """The forecast of each scope that stands now, with its accuracy."""

    template_name = "insights/forecasts.html"
    permission_required = "insights.view_forecast"
    filterset_class = ForecastFilter
    paginate_by = 25

    def get_queryset(self) -> ForecastQuerySet:
        rows = Forecast.objects.newest().seen_by(self.request.user)
        return rows.select_related("account").order_by(
            "account__name", "-scope", "key", "currency", "id"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        now = timezone.now()
        ends = month_ends(found["object_list"], now)
        lines = [(one, ends.get(one.pk)) for one in found["object_list"]]
        return found | {
            "lines": lines,
            "scopes": Scope.choices,
            "accounts": CloudAccount.objects.seen_by(self.request.user),
            "state": refresh_state(self.request.user),
        }


class ForecastView(PermissionRequiredMixin, DetailView[Forecast]):
    """One scope: its fan, its days, how sure it is, and what earlier ones said."""

    template_name = "insights/forecast.html"
    permission_required = "insights.view_forecast"
    context_object_name = "forecast"

    def get_queryset(self) -> QuerySet[Forecast]:
        rows = Forecast.objects.seen_by(self.request.user)
        return rows.select_related("account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, forecast = timezone.now(), self.object
        points = list(forecast.points.all())
        last = points[-1].day + ONE_DAY if points else forecast.data_until
        start = forecast.data_until - timedelta(days=CHART_DAYS_BEFORE)
        window = Window(start, max(last, start + ONE_DAY))
        shown = Window(start, max(utc_day(now), start + ONE_DAY))
        actual = actual_days(forecast, shown)
        ahead: MonthEnd | None = month_end_of([forecast], now)
        return super().get_context_data(
            points=points,
            ahead=ahead,
            chart=fan_chart(forecast, points, actual, window),
            actual=actual,
            past=past_forecasts(forecast, now),
            newest=Forecast.objects.newest()
            .seen_by(self.request.user)
            .filter(
                account=forecast.account,
                scope=forecast.scope,
                key=forecast.key,
                currency=forecast.currency,
            )
            .first(),
            **kwargs,
        )
