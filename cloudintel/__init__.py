"""The project: settings, addresses, processes. No room imports it."""

from core.garbage import begin_loading

# Before all that is loaded below; it ends when every application is ready.
begin_loading()

from cloudintel.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
