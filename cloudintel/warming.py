"""What people ask first is worked out before they ask it: after each sync, and at
midnight, when "the last 30 days" move."""

from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.urls import resolve
from rest_framework.test import force_authenticate

from cloudintel.overview import spending
from costs.explore import answer
from costs.pickers import pickers
from costs.question import read_question
from rest.cache import KEPT_SECONDS, key_of
from syncs.accounts import account_labels
from syncs.models import CloudAccount, Dataset
from syncs.versions import data_version

IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
# What dashboards and pages ask without any parameter.
ADDRESSES = ("/api/v1/costs/trend/", "/api/v1/costs/summary/")


def warm(now: datetime) -> bool:
    """Fills the cache with what everybody who sees all accounts is shown first.

    Whether there was anything to do: only once for each state of the data and day, and
    never where the cache is the memory of this process, which answers nobody.
    """
    user = User.objects.filter(
        is_active=True, is_superuser=True, account_access__isnull=True
    ).first()
    if user is None or settings.CACHES["default"]["BACKEND"] == IN_MEMORY:
        return False
    version = data_version(user, Dataset.COST)
    if not cache.add(key_of("warmed", version, []), True, KEPT_SECONDS):
        return False
    names = account_labels(CloudAccount.objects.all())
    spending(now, user, names)
    question = read_question(QueryDict(), now, user)
    answer(question, names)
    pickers(question, names)
    for address in ADDRESSES:
        ask(address, user)
    return True


def ask(address: str, user: User) -> None:
    """As a client of the API would, but without a server between."""
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address,
            "SERVER_NAME": _own_name(),
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(),
        }
    )
    force_authenticate(request, user)
    view, positional, named = resolve(address)
    view(request, *positional, **named).render()


def _own_name() -> str:
    """A name by which this server may be asked."""
    return settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
