"""OpenAPI names of choice sets that several fields share."""

ENUM_NAMES = {
    "DatasetEnum": "syncs.datasets.Dataset",
    "FillableDatasetEnum": "syncs.models.backfills.FILLABLE",
    "RunStatusEnum": "syncs.models.SyncRun.Status",
    "BackfillStatusEnum": "syncs.models.Backfill.Status",
    "BackfillWindowStatusEnum": "syncs.models.BackfillWindow.Status",
    "AnomalyStatusEnum": "insights.models.Anomaly.Status",
    "RecommendationStatusEnum": "insights.models.Recommendation.Status",
    "ForecastScopeEnum": "insights.models.forecasts.Scope",
    "AnomalyScopeEnum": "insights.models.Anomaly.Scope",
    "BudgetScopeEnum": "insights.models.Budget.Scope",
    "LevelEnum": "insights.models.recommendations.LEVELS",
}
