from django.apps import AppConfig


class CostsConfig(AppConfig):
    name = "costs"
    verbose_name = "Costs"

    def ready(self) -> None:
        """Keep the sums right where the accounts' own room removes one."""
        from costs.rollups import changing
        from syncs.accounts.changes import removal_hooks

        removal_hooks.append(changing)
