"""`force_login` writes a session at once, and does nothing else that signing in does.

Django's makes a session for the client, another one for the user, deletes the first,
and records when and from where somebody signed in: fifteen queries, in most tests.
"""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.test.client import ClientMixin
from django.utils.crypto import get_random_string

sign_in = ClientMixin.force_login


def begin() -> None:
    ClientMixin.force_login = _force_login  # type: ignore[assignment,method-assign]


def _force_login(client: Any, user: Any, backend: str | None = None) -> None:
    if settings.SESSION_COOKIE_NAME in client.cookies:
        sign_in(client, user, backend)  # in place of somebody else
        return
    user.backend = backend or client._get_backend()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = user.backend
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store._session_key = get_random_string(32)
    store.create_model_instance(dict(store.items())).save(force_insert=True)
    request = HttpRequest()
    request.session = store
    client._set_login_cookies(request)
