from django.apps import AppConfig
from django.db.models.signals import post_migrate


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from users.roles import sync_role_permissions

        # Permissions exist only after a migration.
        post_migrate.connect(
            sync_role_permissions, dispatch_uid="users.roles.sync_role_permissions"
        )
