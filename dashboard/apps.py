from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AdminConfig(admin_apps.AdminConfig):
    default = False  # of the room
    default_site = "dashboard.admin_site.AdminSite"


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from dashboard.demo_budgets import remove_budget_of_all
        from dashboard.refresh import forgetting_the_demo
        from syncs.accounts.changes import adding_hooks, removal_hooks

        adding_hooks.append(remove_budget_of_all)
        removal_hooks.append(forgetting_the_demo)
