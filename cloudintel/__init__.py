"""The project: settings, routes, and what joins the apps. Nobody imports it."""

from cloudintel.celery import app as celery_app

__all__ = ["celery_app"]
