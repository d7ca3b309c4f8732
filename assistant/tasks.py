"""The task that deletes interactions that are older than they are kept."""

from celery import shared_task
from django.utils import timezone

from assistant import ask


@shared_task(name="assistant.tasks.delete_expired")
def delete_expired() -> None:
    ask.delete_expired(timezone.now())
