"""The overview of insights."""

from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.utils import timezone
from django.views.generic import TemplateView

from clouds.access import AnyUser
from clouds.models import CloudAccount
from insights.advice.views import link_resources
from insights.forecasts.month_end import month_end
from insights.models import (
    Advice,
    Anomaly,
    Budget,
    Forecast,
    Recommendation,
    RefreshState,
    Verification,
)

# Rows of each kind.
ROWS = 5


class InsightsView(PermissionRequiredMixin, TemplateView):
    """The month's forecast, the worst anomalies, the largest savings, and budgets."""

    template_name = "insights/overview.html"
    live_topics = ("costs", "anomalies", "recommendations")
    permission_required = (
        "insights.view_forecast",
        "insights.view_anomaly",
        "insights.view_recommendation",
        "insights.view_budget",
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        anomalies = Anomaly.objects.visible_to(user).open()
        live = Recommendation.objects.visible_to(user).live()
        verifications = Verification.objects.visible_to(user)
        budgets = Budget.objects.visible_to(user)
        related = ("account", "resource", "owner")
        advised = Advice.objects.visible_to(user).largest_saving_first()
        advice = list(advised.select_related("account")[:ROWS])
        link_resources(advice)
        return super().get_context_data(
            accounts=CloudAccount.objects.visible_to(user).exists(),
            state=refresh_state(user),
            forecasts=_month_ends(user, now),
            anomalies=anomalies.worst_first().select_related(*related)[:ROWS],
            anomalies_count=anomalies.count(),
            recommendations=live.largest_saving_first().select_related(*related)[:ROWS],
            recommendations_count=live.count(),
            advice=advice,
            potential=live.savings_per_currency(),
            verified=verifications.totals(),
            realized=verifications.realized_per_currency(),
            budgets=budgets.select_related("account", "owner")[:ROWS],
            **kwargs,
        )


def _month_ends(user: AnyUser, now: datetime) -> list[dict[str, Any]]:
    """Per currency the forecast month-end cost, and the forecast that it is of."""
    newest = Forecast.objects.newest().visible_to(user)
    currencies = newest.order_by("currency").values_list("currency", flat=True)
    found = []
    for currency in currencies.distinct():
        if ahead := month_end(now, currency, user):
            one = ahead.forecasts[0] if len(ahead.forecasts) == 1 else None
            found.append({"ahead": ahead, "forecast": one})
    return found


def refresh_state(user: AnyUser) -> dict[str, Any]:
    """When the user's insights were computed, and what failed."""
    states = RefreshState.objects.visible_to(user)
    oldest = states.computed().order_by("refreshed_at").first()
    return {
        "oldest_at": oldest.refreshed_at if oldest else None,
        "failures": list(states.exclude(error="").select_related("account")[:ROWS]),
    }
