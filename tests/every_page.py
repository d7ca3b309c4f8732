"""What whoever may see everything sees at each address, fetched once a process."""

from functools import cache

from django.contrib.auth.models import User
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from core.api.xlsx import MEDIA_TYPE as XLSX
from core.testing.workbooks import sheets_of
from tests.addresses import closed
from tests.two_accounts import HIDDEN_KEY


@cache
def texts() -> dict[str, str]:
    """Return the text of each address where `two_accounts` are, for several tests."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("sees-all"))
    return {one: text_of(client.get(one)) for one in closed(HIDDEN_KEY)}


def pages() -> dict[str, str]:
    """Return those that are pages."""
    return {at: text for at, text in texts().items() if "<html" in text[:999]}


def text_of(response: HttpResponseBase) -> str:
    if response.headers.get("Content-Type") == XLSX:
        return str(sheets_of(response))
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response).decode()
    content: bytes = response.content  # type: ignore[attr-defined]
    return content.decode()
