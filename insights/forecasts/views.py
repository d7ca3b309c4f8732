"""Forecasts on pages, with their accuracy and how past ones compare with the bill."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, F, When
from django.utils import timezone
from django.views.generic import DetailView

from clouds.models import CloudAccount
from core.pages import FilteredPage, VisibleRowsMixin
from core.windows import ONE_DAY, Window, utc_day
from insights.forecasts.filters import ForecastFilter
from insights.forecasts.models import Scope
from insights.forecasts.month_end import actual_days, month_end_of, month_ends
from insights.forecasts.track_record import past_forecasts
from insights.insight_charts import forecast_chart
from insights.models import Forecast
from insights.views import refresh_state

# Billed days shown before the first forecast day.
CHART_DAYS_BEFORE = 60
RELATED = Forecast.objects.select_related("account").prefetch_related("misses")


class ForecastListView(FilteredPage):
    live_topics = ("forecasts",)
    template_name = "insights/forecasts.html"
    permission_required = "insights.view_forecast"
    filterset_class = ForecastFilter
    # All accounts together first, then each account before its services.
    queryset = RELATED.newest().order_by(
        F("account__name").asc(nulls_first=True),
        Case(When(scope=Scope.SERVICE, then=1), default=0),
        *("key", "currency", "id"),
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        ends = month_ends(context["object_list"], timezone.now())
        return context | {
            "lines": [(one, ends.get(one.pk)) for one in context["object_list"]],
            "scopes": Scope.choices,
            "accounts": CloudAccount.objects.visible_to(self.request.user),
            "state": refresh_state(self.request.user),
        }


class ForecastView(VisibleRowsMixin, DetailView[Forecast]):
    live_topics = ("forecasts",)
    template_name = "insights/forecast.html"
    permission_required = "insights.view_forecast"
    context_object_name = "forecast"
    queryset = RELATED

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, forecast = timezone.now(), self.object
        points = list(forecast.points.all())
        last = points[-1].day + ONE_DAY if points else forecast.data_until
        start = forecast.data_until - timedelta(days=CHART_DAYS_BEFORE)
        window = Window(start, max(last, start + ONE_DAY))
        billed = Window(start, max(utc_day(now), start + ONE_DAY))
        actual = actual_days(forecast, billed)
        same_scope = Forecast.objects.newest().of_scope(
            forecast.account_id, forecast.scope, forecast.key, forecast.currency
        )
        return super().get_context_data(
            points=points,
            ahead=month_end_of([forecast], now),
            chart=forecast_chart(forecast, points, actual, window),
            actual=actual,
            past=past_forecasts(forecast, now),
            newest=same_scope.visible_to(self.request.user).first(),
            **kwargs,
        )
