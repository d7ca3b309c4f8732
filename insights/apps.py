from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"

    def ready(self) -> None:
        from insights import thresholds  # noqa: F401 - registers its check
        from insights.refresh.refresh_state import forgetting_removed
        from syncs.accounts.changes import removal_hooks

        removal_hooks.append(forgetting_removed)
