"""What a worker does for those who look: it has answers ready."""

from celery import shared_task
from django.utils import timezone

from cloudintel.warming import warm


@shared_task(acks_late=False)
def warm_the_cache() -> None:
    """Beat sends this each minute; the data's version tells whether there is work."""
    warm(timezone.now())
