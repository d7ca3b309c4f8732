"""What whoever may see everything sees at each address, fetched once by all tests."""

import fcntl
import json
import os
import re
from functools import cache
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from core.api.xlsx import MEDIA_TYPE as XLSX
from core.testing.workbooks import sheets_of
from tests.addresses import OPEN, closed
from tests.two_accounts import HIDDEN_KEY

# Django's own statements about a row, of which each database knows the same.
OF_A_ROW = re.compile(r"/admin/.*/(add|change|delete|history)/")


@cache
def texts() -> dict[str, str]:
    """Return the text of each address where `two_accounts` are, for several tests.

    Of the processes of `pytest -n`, the first writes a file for the others.
    """
    if "SHARED_BY_TESTS" not in os.environ:
        return _fetched()
    path = Path(os.environ["SHARED_BY_TESTS"], "every_page.json")
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not path.stat().st_size:
            json.dump(_fetched(), file)
            file.flush()
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _fetched() -> dict[str, str]:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("sees-all"))
    addresses = sorted({*closed(HIDDEN_KEY), *OPEN})
    if connection.vendor == "sqlite":
        addresses = [one for one in addresses if not OF_A_ROW.fullmatch(one)]
    return {one: text_of(client.get(one)) for one in addresses}


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
