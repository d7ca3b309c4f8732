from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        """End what a closed account still runs, as far as is known here."""
        from inventory.sync import mark_closed
        from syncs.accounts.changes import closing_hooks

        closing_hooks.append(mark_closed)
