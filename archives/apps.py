from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    name = "archives"
    verbose_name = "Archives"

    def ready(self) -> None:
        from archives import checks  # noqa: F401 - registers them
        from archives.backup.health_check import BACKUPS
        from monitoring.health.components import register

        register(BACKUPS)
