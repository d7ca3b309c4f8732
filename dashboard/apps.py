from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from dashboard.refresh import forgetting_the_demo
        from syncs.accounts.changes import removal_hooks

        removal_hooks.append(forgetting_the_demo)
