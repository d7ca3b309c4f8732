"""The models of each subject of this room, which Django finds here."""

from insights.advice.models import Advice
from insights.anomalies.models import Anomaly, AnomalyChange
from insights.budgets.models import Budget, BudgetAlert
from insights.feedback.models import Feedback
from insights.forecasts.models import Forecast, ForecastPoint, MonthEndMiss
from insights.labels.models import Calibration, Judgment, LabeledDay
from insights.owners.models import OwnerRule
from insights.planned_changes.models import PlannedChange
from insights.recommendations.models import (
    EffectiveRate,
    Recommendation,
    RecommendationChange,
    Verification,
)
from insights.refresh.models import RefreshState
from insights.remediation.models import PowerSchedule, Remediation, RemediationLine

__all__ = [
    "Advice",
    "Anomaly",
    "AnomalyChange",
    "Budget",
    "BudgetAlert",
    "Calibration",
    "EffectiveRate",
    "Feedback",
    "Forecast",
    "ForecastPoint",
    "Judgment",
    "LabeledDay",
    "MonthEndMiss",
    "OwnerRule",
    "PlannedChange",
    "PowerSchedule",
    "Recommendation",
    "RecommendationChange",
    "RefreshState",
    "Remediation",
    "RemediationLine",
    "Verification",
]
