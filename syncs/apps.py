from django.apps import AppConfig


class SyncsConfig(AppConfig):
    name = "syncs"
    verbose_name = "Accounts and syncs"

    def ready(self) -> None:
        from syncs import checks  # noqa: F401 - registers them
