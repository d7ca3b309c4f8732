"""How the API describes itself: title, hooks of its schema, names of shared choices."""

from typing import Any

SPECTACULAR: dict[str, Any] = {
    "TITLE": "cloudintel",
    "DESCRIPTION": "What you run, what it costs and how hard it works. "
    "Days are UTC, windows are half-open (`start` is in, `end` is not), "
    "amounts are decimal strings.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["dashboard.api_schema.only_versioned"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.openapi.with_problems",
        "core.api.openapi.with_examples",
        "dashboard.api_schema.with_tags",
    ],
    # Names of choices that several fields share.
    "ENUM_NAME_OVERRIDES": {
        "DatasetEnum": "syncs.datasets.Dataset",
        "FillableDatasetEnum": "syncs.backfills.models.FILLABLE",
        "RunStatusEnum": "syncs.models.SyncRun.Status",
        "BackfillStatusEnum": "syncs.models.Backfill.Status",
        "BackfillWindowStatusEnum": "syncs.models.BackfillWindow.Status",
        "AnomalyStatusEnum": "insights.models.Anomaly.Status",
        "RecommendationStatusEnum": "insights.models.Recommendation.Status",
        "RemediationStatusEnum": "insights.models.Remediation.Status",
        "RemediationKindEnum": "insights.remediation.action_kinds.RemediationKind",
        "ForecastScopeEnum": "insights.forecasts.models.Scope",
        "AnomalyScopeEnum": "insights.models.Anomaly.Scope",
        "BudgetScopeEnum": "insights.models.Budget.Scope",
        "ResourceKindEnum": "inventory.models.Resource.Kind",
        "AnomalyKindEnum": "insights.models.Anomaly.Kind",
        "AnomalySeverityEnum": "insights.models.Anomaly.Severity",
        "NoticeSeverityEnum": "alerts.models.Severity",
        "TopicEnum": "alerts.models.Topic",
        "BudgetStateEnum": "insights.budgets.models.STATES",
        "HealthStateEnum": "monitoring.models.HealthState",
        "HealthGrainEnum": "monitoring.models.HealthPeriod.Grain",
        "ArchiveTableEnum": "archives.models.Table",
        "BackupStateEnum": "archives.models.Backup.State",
        "LevelEnum": "insights.recommendations.models.LEVELS",
        "LineKindEnum": "insights.anomalies.api.LINE_KINDS",
    },
}
