from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people.roles import (
            sync_role_permissions,  # models can't be imported before
        )

        # Permissions exist only after a migration, and Django tells of that by this.
        post_migrate.connect(
            sync_role_permissions, dispatch_uid="people.roles.sync_role_permissions"
        )
