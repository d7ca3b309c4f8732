from django.apps import AppConfig


class CostsConfig(AppConfig):
    name = "costs"
    verbose_name = "Costs"

    def ready(self) -> None:
        """Keep the sums right where the accounts' own room moves or removes one."""
        from costs.rollups import changing
        from syncs.accounts.changes import around_account_changes

        around_account_changes.append(changing)
