"""The project: settings, routes, and what joins the apps. Nobody imports it."""

from cloudintel.celery import app as celery_app

VERSION = "0.1.0"

__all__ = ["VERSION", "celery_app"]
