from django.urls import include, path

from insights.recommendations.savings_page import SavingsView
from insights.views import InsightsView

urlpatterns = [
    path("insights/", InsightsView.as_view(), name="insights"),
    path("insights/savings/", SavingsView.as_view(), name="savings"),
    path("insights/", include("insights.owners.urls")),
    path("insights/forecasts/", include("insights.forecasts.urls")),
    path("insights/anomalies/", include("insights.anomalies.urls")),
    path("insights/planned/", include("insights.planned_changes.urls")),
    path("insights/recommendations/", include("insights.recommendations.urls")),
    path("insights/remediation/", include("insights.remediation.urls")),
    path("insights/advice/", include("insights.advice.urls")),
    path("insights/budgets/", include("insights.budgets.urls")),
]
