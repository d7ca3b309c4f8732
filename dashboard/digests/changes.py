"""How digests are subscribed to and removed, with an audit entry each."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from alerts.channels import configured_channels
from clouds.access import is_limited
from core.windows import utc_day
from dashboard.digests.models import Digest
from users.audit import AnyRequest, record

ONLY_TO_YOU = "You see only some accounts, so your digest goes to you alone."
NO_ADDRESS = "You have no e-mail address; ask an administrator to enter it."


def check_digest(digest: Digest) -> None:
    """Raise ValidationError unless it is new, and its user may send it there."""
    user, channel = digest.user, digest.channel
    if channel and not (user.has_perm("alerts.view_channel") and not is_limited(user)):
        raise ValidationError({"channel": ONLY_TO_YOU})
    if not channel and not user.email:
        raise ValidationError({"channel": NO_ADDRESS})
    if channel and channel not in configured_channels():
        raise ValidationError({"channel": f"There is no channel {channel}."})
    if same_digests(digest).exists():
        raise ValidationError({"channel": "There is such a digest already."})


def same_digests(digest: Digest) -> QuerySet[Digest]:
    """Return what its user has of this frequency and destination."""
    return Digest.objects.filter(
        user=digest.user, frequency=digest.frequency, channel=digest.channel
    )


@transaction.atomic
def add_digest(digest: Digest, now: datetime, request: AnyRequest) -> Digest:
    """Store it, or return the one that another request has stored meanwhile."""
    stored, _ = same_digests(digest).get_or_create(
        defaults={
            "user": digest.user,
            "frequency": digest.frequency,
            "channel": digest.channel,
            "hour": digest.hour,
            "created_at": now,
            "sent_on": utc_day(now),
        }
    )
    record(request, "digest.add", stored, hour=stored.hour)
    return stored


@transaction.atomic
def remove_digest(digest: Digest, request: AnyRequest) -> None:
    record(request, "digest.remove", digest)
    digest.delete()
