"""Asking the API as somebody who is signed in."""

import json
from typing import Any

from django.contrib.auth.models import Permission, User
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.test import APIClient


def viewer() -> APIClient:
    """A client with the session of a user without any permission."""
    return session_of(User.objects.get_or_create(username="viewer")[0])


def operator() -> APIClient:
    """A client with the session of a user who may start syncs."""
    user = User.objects.get_or_create(username="operator")[0]
    user.user_permissions.add(Permission.objects.get(codename="start_sync"))
    return session_of(user)


def session_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def ask(path: str, **parameters: Any) -> Any:
    """The JSON that `/api/v1/<path>` answers; it must succeed."""
    response = viewer().get(f"/api/v1/{path}", parameters)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def refused(path: str, **parameters: Any) -> Any:
    """The JSON of a 400."""
    response = viewer().get(f"/api/v1/{path}", parameters)
    assert response.status_code == 400, response.content
    return json.loads(response.content)


def text_of(response: HttpResponse | StreamingHttpResponse) -> str:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response).decode()
    return response.content.decode()


def csv_of(path: str, **parameters: Any) -> str:
    """The file that `/api/v1/<path>` answers; it must succeed."""
    response = viewer().get(f"/api/v1/{path}", {**parameters, "format": "csv"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    return text_of(response)
