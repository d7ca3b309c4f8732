"""OpenAPI names of choice sets that several fields share."""

ENUM_NAMES = {
    "DatasetEnum": "syncs.datasets.Dataset",
    "FillableDatasetEnum": "syncs.backfills.models.FILLABLE",
    "RunStatusEnum": "syncs.models.SyncRun.Status",
    "BackfillStatusEnum": "syncs.models.Backfill.Status",
    "BackfillWindowStatusEnum": "syncs.models.BackfillWindow.Status",
    "AnomalyStatusEnum": "insights.models.Anomaly.Status",
    "RecommendationStatusEnum": "insights.models.Recommendation.Status",
    "ForecastScopeEnum": "insights.forecasts.models.Scope",
    "AnomalyScopeEnum": "insights.models.Anomaly.Scope",
    "BudgetScopeEnum": "insights.models.Budget.Scope",
    "LevelEnum": "insights.recommendations.models.LEVELS",
}
