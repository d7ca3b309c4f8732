"""What the demo company's pages, API, admin and commands answer is as approved.

A fault that no other test looks for still changes an answer. Left out is what changes
by itself: the host's metrics, and how long something took. A key is written as the name
of its table, so that a row more does not change all answers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache as once
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.http import StreamingHttpResponse
from rest_framework.test import APIClient

from assistant.agents import AGENTS
from core.testing.approved import Approve
from core.testing.clock import NOW
from tests.addresses import closed
from tests.answer_texts import LINES, approvable, of_json, of_page, of_table, of_text
from tests.approved_queries import QUERIES, QUESTIONS
from tests.filled_company import fill
from tests.source_files import HOUSE
from tests.stored_texts import MODELS, of_model

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
FILE_LINES = 12
FIRST_KEY, KEYS_OF_A_TABLE = 88_000_000, 50_000
KEY = re.compile(r"\b(?:8[89]|9[0-4])\d{6}\b")


@dataclass
class Site:
    """Who asks, and what each page without a key in its address answered."""

    api: APIClient
    tables: list[str]
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

    def text(self, lines: Iterable[str], limit: int = LINES) -> str:
        """Return them as they are approved, with no key of a row."""
        named = (KEY.sub(self._table_of, line) for line in lines)
        return "\n".join([*approvable(named, limit), ""])

    def _table_of(self, found: re.Match[str]) -> str:
        number = (int(found[0]) - FIRST_KEY) // KEYS_OF_A_TABLE
        return f"{self.tables[number]}#" if number < len(self.tables) else found[0]


@contextmanager
def numbered_keys() -> Iterator[list[str]]:
    """Let the keys of each table say which one it is; yield the tables.

    No rollback takes that back, and a lower key than before may be of a row that stays.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        before = dict(cursor.fetchall())
    _set_keys(dict(zip(before, count(FIRST_KEY, KEYS_OF_A_TABLE), strict=False)))
    yield [name.removesuffix("_id_seq").partition("_")[2] for name in before]
    _set_keys(before)


def _set_keys(last: Mapping[str, int | None]) -> None:
    """Set the last key of each sequence; None is of one that gave none yet."""
    with connection.cursor() as cursor:
        for name, key in last.items():
            sql = "SELECT setval(%s, %s, %s)"
            cursor.execute(sql, [f'"{name}"', key or 1, key is not None])


@pytest.fixture(scope="module")
def site(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    cache.clear()  # of what the last file's tests were answered
    with time_machine.travel(NOW, tick=False), numbered_keys() as tables:
        found = Site(fill(tmp_path_factory.mktemp("company")), tables)
        for address in of_pages():
            if not PARAMETER.search(address):
                found.pages[address] = found.api.get(address)
        yield found


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
            lines = site.text(_lines_of(answer), limit)
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
    text = "\n".join(site.text(of_model(model)) for model in MODELS[name])
    approve(APPROVED / "stored" / f"{name}.txt", text)


def test_questions_are_answered_as_approved(
    site: Site, approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ask.monotonic", lambda: 0.0)
    parts = []
    for question in QUESTIONS:
        asked = {"question": question}
        answer = site.api.post("/api/v1/assistant/ask/", asked, format="json")
        parts.append(f"== {question}\n{site.text(of_json(answer.json()['answer']))}")
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
    text = site.text(of_text(out.getvalue()), 2 * LINES)
    approve(APPROVED / "commands" / f"{_file_of(command)}.txt", text)


def _file_of(command: list[str]) -> str:
    return "-".join(command).replace("--", "")


def test_an_export_is_as_approved(site: Site, approve: Approve, tmp_path: Path) -> None:
    file, out = tmp_path / "costs.csv", StringIO()
    days = ["--start", "2026-11-17", "--end", "2026-11-19"]
    call_command("export_focus", str(file), *days, stdout=out)
    printed = out.getvalue().replace(str(tmp_path), "")
    lines = [*printed.splitlines(), *file.read_text().splitlines()[:FILE_LINES]]
    approve(APPROVED / "export.txt", site.text(lines))


def test_nothing_is_approved_that_nothing_is_compared_with() -> None:
    compared = {
        *(f"api/{name}" for name in API),
        *(f"pages/{name}" for name in PAGES),
        *(f"admin/{name}" for name in ADMIN),
        *(f"stored/{name}" for name in MODELS),
        *(f"commands/{_file_of(command)}" for command in COMMANDS),
        *("questions", "export", "openapi"),
    }
    files = (one.relative_to(APPROVED) for one in APPROVED.rglob("*.*"))
    assert {str(one) for one in files} <= {f"{name}.txt" for name in compared}
