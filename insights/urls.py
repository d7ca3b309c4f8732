from django.urls import path

from insights.anomaly_views import AnomalyListView, AnomalyView, MoveAnomalyView
from insights.budget_views import (
    AddBudgetView,
    BudgetListView,
    BudgetView,
    ChangeBudgetView,
    DeleteBudgetView,
)
from insights.recommendation_views import (
    FeedbackView,
    MoveRecommendationView,
    RecommendationListView,
    RecommendationView,
)
from insights.views import ForecastListView, ForecastView, InsightsView

A = "insights/anomalies/"
R = "insights/recommendations/"
B = "insights/budgets/"
urlpatterns = [
    path("insights/", InsightsView.as_view(), name="insights"),
    path("insights/forecasts/", ForecastListView.as_view(), name="forecasts"),
    path("insights/forecasts/<int:pk>/", ForecastView.as_view(), name="forecast"),
    path(A, AnomalyListView.as_view(), name="anomalies"),
    path(f"{A}<int:pk>/", AnomalyView.as_view(), name="anomaly"),
    path(f"{A}<int:pk>/move/", MoveAnomalyView.as_view(), name="move-anomaly"),
    path(R, RecommendationListView.as_view(), name="recommendations"),
    path(f"{R}<int:pk>/", RecommendationView.as_view(), name="recommendation"),
    path(
        f"{R}<int:pk>/move/",
        MoveRecommendationView.as_view(),
        name="move-recommendation",
    ),
    path(f"{R}<int:pk>/feedback/", FeedbackView.as_view(), name="give-feedback"),
    path(B, BudgetListView.as_view(), name="budgets"),
    path(f"{B}add/", AddBudgetView.as_view(), name="add-budget"),
    path(f"{B}<int:pk>/", BudgetView.as_view(), name="budget"),
    path(f"{B}<int:pk>/change/", ChangeBudgetView.as_view(), name="change-budget"),
    path(f"{B}<int:pk>/delete/", DeleteBudgetView.as_view(), name="delete-budget"),
]
