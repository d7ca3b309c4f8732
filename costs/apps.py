from django.apps import AppConfig


class CostsConfig(AppConfig):
    name = "costs"
    verbose_name = "Costs"

    def ready(self) -> None:
        """Keep the sums right where the accounts' own room moves or removes one."""
        from costs.rollups import changing
        from syncs.accounts.changes import account_change_hooks

        account_change_hooks.append(changing)
