"""A developer who scripts the API, from the first token to the last line of a file."""

import csv
import io
import json
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.windows import last_complete_days
from costs.testing import store_costs
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Answer:
    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Script:
    """What holds a token and asks over HTTP, as any language's library would."""

    token: str
    server: str

    def get(self, address: str, **headers: str) -> Answer:
        if address.startswith("/"):
            address = self.server + address
        headers |= {"Authorization": f"Token {self.token}"}
        try:
            response = urlopen(Request(address, headers=headers))  # noqa: S310
        except HTTPError as refusal:
            response = refusal
        with response:
            text = response.read().decode()
            return Answer(response.status, response.headers, text)


@pytest.fixture
def script(live_server: LiveServer) -> Script:
    """Somebody who may look makes a token by the command."""
    store_costs(
        account(),
        last_complete_days(30, timezone.now()),
        {"EC2": "2.50", "S3": "0.0000000417", "Tax": "0.25"},
    )
    person(Role.VIEWER)
    out = StringIO()
    call_command("create_token", "viewer", stdout=out)
    return Script(out.getvalue().strip(), live_server.url)


def test_a_developer_scripts_the_costs_of_the_last_month(script: Script) -> None:
    # What did each service cost?
    trend = script.get("/api/v1/costs/trend/?group_by=service")
    assert trend.status == 200
    assert [one["key"] for one in trend.json["series"]] == ["EC2", "Tax", "S3"]
    assert trend.json["total"] == "82.500001251"
    assert trend.json["currency"] == "USD"

    # All rows of it, page by page, by following `next`.
    page = script.get("/api/v1/costs/?page_size=40").json
    rows = page["results"]
    while page["next"]:
        page = script.get(page["next"]).json
        rows += page["results"]
    assert len(rows) == len({row["id"] for row in rows}) == 90

    # The same rows as a file.
    file = script.get("/api/v1/costs/?format=csv")
    assert file.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(file.text)))
    assert [line["billed"] for line in lines] == [row["billed"] for row in rows]

    # A typo is not ignored: it is named, with what was meant.
    typo = script.get("/api/v1/costs/trend/?groop_by=region")
    assert typo.status == 400
    assert typo.headers["Content-Type"] == "application/problem+json"
    assert "Did you mean group_by?" in typo.json["errors"]["groop_by"][0]

    # Asked again, nothing is sent that is held already.
    held = trend.headers["ETag"]
    address = "/api/v1/costs/trend/?group_by=service"
    again = script.get(address, **{"If-None-Match": held})
    assert (again.status, again.text) == (304, "")


def test_a_script_without_its_token_is_told_how_to_sign_in(script: Script) -> None:
    stranger = Script("no such token", script.server)
    answer = stranger.get("/api/v1/costs/trend/")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json["type"] == "urn:problem-type:cloudintel:authentication-required"
