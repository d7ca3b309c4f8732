"""What the demo company's pages, API, admin and commands answer is as approved.

A fault that no other test looks for still changes an answer. Left out is what changes
by itself: the host's metrics, and how long something took. A key is written as the name
of its table, so that a row more does not change all answers.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache as once
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.http import StreamingHttpResponse
from rest_framework.test import APIClient

from alerts.outbox import deliver_due
from assistant.agents import AGENTS
from core.testing.approved import Approve
from core.testing.clock import NOW
from dashboard.digests.contents import digest_text
from tests.addresses import closed
from tests.answer_texts import LINES, of_json, of_page, of_table, of_text
from tests.approved_queries import QUERIES, QUESTIONS
from tests.filled_company import fill
from tests.refused_requests import (
    fields_of_the_admin,
    of_a_page,
    of_the_api,
    options_of_commands,
)
from tests.sent_messages import sent_messages
from tests.source_files import HOUSE
from tests.stored_texts import MODELS, of_model
from tests.table_keys import TableKeys, numbered_keys

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
APPROVED = HOUSE / "tests" / "approved"
# What tells of this process, its host, its database or its clock.
OF_THE_HOST = re.compile(
    r"^/(metrics|database/status|monitoring/(database|health|system)|backups"
    r"|admin/(jsi18n|login|logout|password|monitoring/(named|slow)query)"
    r"|api/(docs|schema|v1/monitoring/(database|health|retention)|v1/live)|mcp)"
)
EDITING = re.compile(r"/(add|change|delete|history|password|1)/$")
PARAMETER = re.compile(r"(?<=/)1(?=/)")
FILE_LINES, ALL = 12, 1500


@dataclass
class Site:
    """Who asks, and what each page without a key in its address answered."""

    api: APIClient
    keys: TableKeys
    pages: dict[str, Any] = field(default_factory=dict)

    def answer(self, address: str) -> Any:
        return self.pages.get(address) or self.api.get(address)

    def with_key(self, address: str) -> str | None:
        """Return it with the key of a row that there is, if a page leads to one."""
        if not PARAMETER.search(address):
            return address
        if address.startswith("/api/v1/"):
            return self._of_the_first_row(address)
        route = PARAMETER.sub('[^/"]+', address)
        pattern = re.compile(f'"({route})["?#]')
        pages = filter(_is_page, self.pages.values())
        texts = (one.content.decode() for one in pages)
        found = filter(None, map(pattern.search, texts))
        return next((one[1] for one in found), None)

    def _of_the_first_row(self, address: str) -> str | None:
        answer = self.api.get(PARAMETER.split(address)[0])
        rows = answer.json().get("results") if answer.status_code == 200 else None
        return (
            PARAMETER.sub(str(rows[0]["id"]), address)
            if rows and "id" in rows[0]
            else None
        )


@pytest.fixture(scope="module")
def site(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    cache.clear()  # of what the last file's tests were answered
    with time_machine.travel(NOW, tick=False), numbered_keys() as keys:
        found = Site(fill(tmp_path_factory.mktemp("company")), keys)
        for address in of_pages():
            if not PARAMETER.search(address):
                found.pages[address] = found.api.get(address)
        yield found
        for answer in found.pages.values():
            if isinstance(answer, StreamingHttpResponse):
                list(answer)  # a query may be open that nobody read to its end


@pytest.fixture(autouse=True)
def _frozen(site: Site) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@once
def _addresses() -> list[str]:
    return [one for one in closed() if not OF_THE_HOST.search(one)]


def of_pages() -> list[str]:
    return [a for a in _addresses() if not a.startswith(("/api/", "/admin/"))]


def grouped(addresses: Iterable[str], at: int) -> dict[str, list[str]]:
    """Return them by the part of each that is a file's name."""
    groups: dict[str, list[str]] = {}
    for one in addresses:
        groups.setdefault(one.split("?")[0].split("/")[at] or "home", []).append(one)
    return groups


def all_of_the_api() -> list[str]:
    routes = [one for one in _addresses() if one.startswith("/api/v1/")]
    return [*routes, *(f"/api/v1/{query}" for query in QUERIES)]


def all_of_the_admin() -> list[str]:
    routes = [one for one in _addresses() if one.startswith("/admin/")]
    return [one for one in routes if not EDITING.search(one)]


def shown(site: Site, addresses: Iterable[str], limit: int = LINES) -> str:
    """Return what each answers, but of those that take only other methods, or to a row
    of which nothing leads."""
    parts = []
    for address in addresses:
        real = site.with_key(address)
        if real and (answer := site.answer(real)).status_code != 405:
            lines = site.keys.text(_lines_of(answer), limit)
            parts.append(f"== {address} {answer.status_code}\n{lines}")
    return "\n".join(parts)


def _is_page(answer: Any) -> bool:
    return bool(answer.headers.get("Content-Type", "").startswith("text/html"))


def _lines_of(answer: Any) -> Iterable[str]:
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code in {301, 302}:
        return [f"to {answer['Location']}"]
    if isinstance(answer, StreamingHttpResponse):
        # It is read once, and its connection only within its own request.
        text = b"".join(answer).decode("utf-8-sig", "replace")
        return text.splitlines()[:FILE_LINES] if "csv" in kind else [kind]
    if "json" in kind:
        return of_json(answer.json())
    if _is_page(answer):
        is_of_admin = answer.wsgi_request.path.startswith("/admin/")
        return (of_table if is_of_admin else of_page)(answer.content.decode())
    return of_text(answer.content.decode("utf-8-sig", "replace"))


API, PAGES = grouped(all_of_the_api(), 3), grouped(of_pages(), 1)
ADMIN = grouped(all_of_the_admin(), 2)


@pytest.mark.parametrize("name", API)
def test_the_api_answers_as_approved(name: str, site: Site, approve: Approve) -> None:
    approve(APPROVED / "api" / f"{name}.txt", shown(site, API[name]))


@pytest.mark.parametrize("name", PAGES)
def test_pages_say_what_is_approved(name: str, site: Site, approve: Approve) -> None:
    approve(APPROVED / "pages" / f"{name}.txt", shown(site, PAGES[name]))


@pytest.mark.parametrize("name", ADMIN)
def test_the_admin_lists_what_is_approved(
    name: str, site: Site, approve: Approve
) -> None:
    text = shown(site, ADMIN[name], LINES // 2)
    approve(APPROVED / "admin" / f"{name}.txt", text)


@pytest.mark.parametrize("name", MODELS)
def test_rows_are_stored_as_approved(name: str, site: Site, approve: Approve) -> None:
    text = "\n".join(site.keys.text(of_model(model)) for model in MODELS[name])
    approve(APPROVED / "stored" / f"{name}.txt", text)


def test_questions_are_answered_as_approved(
    site: Site, approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ask.monotonic", lambda: 0.0)
    parts = []
    for question in QUESTIONS:
        asked = {"question": question}
        answer = site.api.post("/api/v1/assistant/ask/", asked, format="json")
        text = site.keys.text(of_json(answer.json()["answer"]))
        parts.append(f"== {question}\n{text}")
    approve(APPROVED / "questions.txt", "\n".join(parts))


COMMANDS = [
    *(["report", agent] for agent in AGENTS),
    *(["check_syncs"], ["check_access"], ["remediate"]),
    ["prune", "--older-than-months", "16"],
]


@pytest.mark.parametrize("command", COMMANDS, ids="-".join)
def test_commands_print_what_is_approved(
    command: list[str], site: Site, approve: Approve
) -> None:
    out = StringIO()
    call_command(*command, stdout=out, stderr=out)
    text = site.keys.text(of_text(out.getvalue()), 2 * LINES)
    approve(APPROVED / "commands" / f"{_file_of(command)}.txt", text)


def _file_of(command: list[str]) -> str:
    return "-".join(command).replace("--", "")


def test_an_export_is_as_approved(site: Site, approve: Approve, tmp_path: Path) -> None:
    file, out = tmp_path / "costs.csv", StringIO()
    days = ["--start", "2026-11-17", "--end", "2026-11-19"]
    call_command("export_focus", str(file), *days, stdout=out)
    printed = out.getvalue().replace(str(tmp_path), "")
    lines = [*printed.splitlines(), *file.read_text().splitlines()[:FILE_LINES]]
    approve(APPROVED / "export.txt", site.keys.text(lines))


def test_requests_are_refused_as_approved(site: Site, approve: Approve) -> None:
    addresses = [one for one in _addresses() if one.startswith("/api/v1/")]
    lines = chain.from_iterable(of_the_api(site.api, one) for one in addresses)
    approve(APPROVED / "refused" / "api.txt", site.keys.text(lines, ALL))


def test_forms_are_refused_as_approved(site: Site, approve: Approve) -> None:
    pages = site.pages.items()
    found = (of_a_page(site.api, a, page) for a, page in pages if _is_page(page))
    lines = chain.from_iterable(found)
    approve(APPROVED / "refused" / "pages.txt", site.keys.text(lines, ALL))


def test_forms_of_the_admin_have_the_fields_that_are_approved(
    site: Site, approve: Approve
) -> None:
    text = site.keys.text(fields_of_the_admin(site.api), ALL)
    approve(APPROVED / "fields_of_the_admin.txt", text)


def test_commands_take_what_is_approved(site: Site, approve: Approve) -> None:
    text = site.keys.text(options_of_commands(), ALL)
    approve(APPROVED / "options_of_commands.txt", text)


def test_people_are_sent_what_is_approved(site: Site, approve: Approve) -> None:
    with sent_messages() as sent:
        deliver_due(NOW)
    person = User.objects.get(email="ada@example.com")
    for days in (1, 7):
        sent += ["== digest", *digest_text(person, days, NOW).splitlines()]
    approve(APPROVED / "sent.txt", site.keys.text(sent, ALL))


def test_nothing_is_approved_that_nothing_is_compared_with() -> None:
    compared = {
        *(f"api/{name}" for name in API),
        *(f"pages/{name}" for name in PAGES),
        *(f"admin/{name}" for name in ADMIN),
        *(f"stored/{name}" for name in MODELS),
        *(f"commands/{_file_of(command)}" for command in COMMANDS),
        *("questions", "export", "openapi", "sent"),
        *("fields_of_the_admin", "options_of_commands"),
        *("refused/api", "refused/pages"),
    }
    files = (one.relative_to(APPROVED) for one in APPROVED.rglob("*.*"))
    of_here = {str(one) for one in files if one.parts[0] != "syncs"}
    assert of_here <= {f"{name}.txt" for name in compared}
