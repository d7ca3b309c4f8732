"""The project: settings, addresses, processes. No room imports it."""

from cloudintel.celery import app as celery_app

__all__ = ["celery_app"]
