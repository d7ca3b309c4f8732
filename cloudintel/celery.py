"""The workers' application: celery -A cloudintel worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

app = Celery("cloudintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
