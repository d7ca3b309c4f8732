"""Findings on pages and in the API: who sees them, and who may accept them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account, see_only
from monitoring.models import Finding, Scan
from monitoring.scans.engine.issues import Issue, Severity
from monitoring.scans.scan import Scanned, store_scan
from monitoring.scans.views import COLORS, trend_chart
from users.roles import Role
from users.testing import last_message, person, session_of, viewer

pytestmark = pytest.mark.django_db
FINDINGS = "/api/v1/monitoring/findings/"


@pytest.fixture
def finding() -> Finding:
    issues = [
        Issue("B608", Severity.LOW, "SQL by hand", "a/b.py", 1234),
        Issue("B307", Severity.CRITICAL, "eval", "a/c.py", 2, "javascript:alert(1)"),
    ]
    now = timezone.now()
    for day in (1, 0):
        at = now - timedelta(days=day)
        store_scan(Scanned({"bandit": issues}, {"django": "It broke."}), at, at)
    return Finding.objects.get(rule="B608")


def test_the_worst_is_first_and_where_it_is_is_no_amount(
    finding: Finding, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = viewer()
    with django_assert_max_num_queries(20):
        page = client.get("/monitoring/scans/").content.decode()
    assert page.index("B307") < page.index("B608")
    assert "a/b.py:1234" in page
    assert "It broke." in page
    detail = viewer().get(f"/monitoring/scans/{finding.pk}/").content.decode()
    assert "Suppress it" not in detail
    other = Finding.objects.get(rule="B307")
    assert "javascript:" not in viewer().get(other.get_absolute_url()).content.decode()


def test_the_chart_is_of_severities_that_had_findings(finding: Finding) -> None:
    chart = trend_chart(list(Scan.objects.all()))
    had = [Severity.CRITICAL, Severity.LOW]
    named = [(one["label"], one["color"]) for one in chart["series"]]
    assert named == [(one.capitalize(), COLORS[one]) for one in had]


def test_the_page_offers_each_filter_with_what_is_chosen(finding: Finding) -> None:
    def chosen(**asked: str) -> list[str]:
        page = viewer().get("/monitoring/scans/", asked).content.decode()
        return re.findall(r'<option value="(\w+)" selected', page)

    assert chosen() == ["open"]
    assert chosen(status="fixed", severity="low") == ["fixed", "low"]


def test_findings_of_one_severity_are_listed_newest_first(finding: Finding) -> None:
    older = finding.first_seen_at - timedelta(days=9)
    Finding.objects.create(
        scanner="bandit",
        fingerprint="older",
        severity=finding.severity,
        first_seen_at=older,
        last_seen_at=finding.last_seen_at,
    )
    found = viewer().get(FINDINGS).json()["results"]
    assert [one["rule"] for one in found] == ["B307", "B608", ""]


def test_before_the_first_scan_the_page_says_how_to_scan() -> None:
    assert b"manage.py scan" in viewer().get("/monitoring/scans/").content


def test_who_sees_only_some_accounts_sees_nothing_of_it(finding: Finding) -> None:
    limited = person(Role.ADMINISTRATOR)
    see_only(limited, account())
    client = session_of(limited)
    assert client.get("/monitoring/scans/").status_code == 403
    assert client.get(finding.get_absolute_url()).status_code == 403
    assert client.get(FINDINGS).status_code == 403
    assert client.get("/api/v1/monitoring/scans/").status_code == 403


def test_an_administrator_accepts_one_for_a_while_and_takes_it_back(
    finding: Finding,
) -> None:
    address = f"{FINDINGS}{finding.pk}/suppress/"
    until = timezone.now().date() + timedelta(days=30)
    given = {"reason": "Parameters only.", "until": str(until)}
    assert viewer().post(address, given).status_code == 403
    client = session_of(person(Role.ADMINISTRATOR))
    wrong = client.post(address, {**given, "until": "2020-01-01"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["until"])
    assert client.post(address, given).json()["status"] == "suppressed"
    opened = client.get(FINDINGS, {"status": "open"}).json()["results"]
    assert [one["rule"] for one in opened] == ["B307"]
    again = client.post(f"{FINDINGS}{finding.pk}/reopen/").json()
    assert (again["status"], again["suppressed_until"]) == ("open", None)


def test_the_page_does_the_same(finding: Finding) -> None:
    client, address = Client(), finding.get_absolute_url()
    client.force_login(person(Role.ADMINISTRATOR))
    wrong = client.post(address, {"reason": "x", "until": "2020-01-01"})
    assert wrong.status_code == 400
    assert b"Choose a day after" in wrong.content
    until = timezone.now().date() + timedelta(days=3)
    assert viewer().post(address, {"reason": "x", "until": until}).status_code == 403
    suppressed = client.post(address, {"reason": "x", "until": str(until)})
    assert last_message(suppressed) == f"Suppressed until {until:%-d %B %Y}."
    finding.refresh_from_db()
    assert finding.suppressed_until == until
    opened = client.post(address, {"reopen": "1"})
    assert last_message(opened) == "The suppression was taken back."
    finding.refresh_from_db()
    assert finding.suppressed_until is None
