from django.apps import AppConfig

from core.garbage import end_loading


class CloudintelConfig(AppConfig):
    """The last application: when it is ready, all of them are loaded."""

    name = "cloudintel"

    def ready(self) -> None:
        end_loading()
