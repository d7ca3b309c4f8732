"""What is made of costs, machines and their work: each with its evidence."""

from insights.models.anomalies import Anomaly, AnomalyChange
from insights.models.budgets import Budget, BudgetAlert
from insights.models.forecasts import Forecast, ForecastPoint
from insights.models.recommendations import (
    Feedback,
    Recommendation,
    RecommendationChange,
    Verification,
)
from insights.models.states import RefreshState

__all__ = [
    "Anomaly",
    "AnomalyChange",
    "Budget",
    "BudgetAlert",
    "Feedback",
    "Forecast",
    "ForecastPoint",
    "Recommendation",
    "RecommendationChange",
    "RefreshState",
    "Verification",
]
