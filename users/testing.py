"""Asking the API as somebody who is signed in."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.test import APIClient

from clouds.models import AccountAccess
from users.roles import Role, assign_role


def person(role: Role | str) -> User:
    """A user of that role, who is called like it and sees all accounts."""
    user, is_new = User.objects.get_or_create(username=str(role))
    if is_new:
        assign_role(user, role)
        user.account_access = AccountAccess.objects.create(user=user, all_accounts=True)
    return user


def viewer() -> APIClient:
    """A client with the session of a user who may look at everything."""
    return session_of(person(Role.VIEWER))


def operator() -> APIClient:
    """A client with the session of a user who may start syncs and backfills too."""
    return session_of(person(Role.OPERATOR))


def session_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def ask(path: str, **parameters: Any) -> Any:
    """The JSON that `/api/v1/<path>` answers; it must succeed."""
    response = viewer().get(f"/api/v1/{path}", parameters)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def walk(path: str, **parameters: Any) -> Iterator[list[Any]]:
    """The rows of each page, as whoever follows `next` gets them."""
    client, address = viewer(), f"/api/v1/{path}"
    page = client.get(address, parameters).json()
    yield page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        yield page["results"]


def refused(path: str, **parameters: Any) -> Any:
    """What a 400 says under the name of each parameter."""
    response = viewer().get(f"/api/v1/{path}", parameters)
    assert response.status_code == 400, response.content
    return json.loads(response.content)["errors"]


def text_of(response: HttpResponse | StreamingHttpResponse) -> str:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response).decode("utf-8-sig")
    return response.content.decode()


def last_message(response: Any) -> str:
    """What the next page says that this request did."""
    return str([*get_messages(response.wsgi_request)][-1])


def csv_of(path: str, **parameters: Any) -> str:
    """The file that `/api/v1/<path>` answers; it must succeed."""
    response = viewer().get(f"/api/v1/{path}", {**parameters, "format": "csv"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    return text_of(response)
