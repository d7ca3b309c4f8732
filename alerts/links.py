"""Links in messages: to what a notice is about, and a signed one to act on it."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from alerts.models import Notice

SALT = "alerts.notice"
# Whoever has the message may acknowledge it, for so long.
LINK_DAYS = 14


class LinkExpired(Exception):
    """The link is older than LINK_DAYS, or was changed on its way."""


def page_of(notice: Notice) -> str:
    """Return the path of the page of what it is about; "" where there is none."""
    page = getattr(notice.about, "get_absolute_url", None)
    return str(page()) if page else ""


def page_link(notice: Notice) -> str:
    """Return the same as a whole address; "" where the installation has none."""
    page = page_of(notice) if settings.BASE_URL else ""
    return page and f"{settings.BASE_URL}{page}"


def act_link(notice: Notice) -> str:
    """Return where it is acknowledged or snoozed without signing in."""
    if not settings.BASE_URL or not notice.is_acted_on:
        return ""
    token = signing.dumps(notice.pk, salt=SALT)
    return f"{settings.BASE_URL}{reverse('act-on-notice', args=[token])}"


def notice_of(token: str) -> Notice:
    """Return the notice of a signed link. Raise LinkExpired."""
    try:
        number = signing.loads(token, salt=SALT, max_age=LINK_DAYS * 24 * 3600)
        return Notice.objects.get(pk=number)
    except (signing.BadSignature, Notice.DoesNotExist):
        raise LinkExpired(
            f"The link has expired: it works for {LINK_DAYS} days. Sign in, and look "
            "at the alerts."
        ) from None
