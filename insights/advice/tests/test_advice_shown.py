"""Advisor's opinion on pages and in the API: beside ours, in no sum."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import azure_account
from core.testing.clock import NOW
from insights.models import Advice
from insights.testing import recommendation
from inventory.testing import instance
from users.testing import ask, csv_of, person, refused

pytestmark = pytest.mark.django_db


def advise(owner: CloudAccount, name: str, **values: object) -> Advice:
    facts: dict[str, object] = {
        "advice_id": f"/x/{name}",
        "type_id": "type-1",
        "impact": "high",
        "problem": "It idles",
        "solution": f"Resize {name}",
        "resource_id": f"i-{name}",
        "resource_name": name,
        "monthly_savings": Decimal("124.50"),
        "currency": "EUR",
        "first_seen_at": NOW,
        "last_seen_at": NOW,
    }
    return Advice.objects.create(account=owner, **{**facts, **values})


@pytest.fixture
def owner() -> CloudAccount:
    return azure_account()


def test_the_api_has_it_with_its_amounts_as_texts(owner: CloudAccount) -> None:
    advise(owner, "small", monthly_savings=None, currency="", impact="low")
    advise(owner, "web", details={"targetSku": "D2"})
    first, second = ask("advice/")["results"]
    assert (first["solution"], second["solution"]) == ("Resize web", "Resize small")
    assert first["monthly_savings"] == "124.50"
    assert (first["provider"], first["details"]) == ("azure", {"targetSku": "D2"})
    assert second["monthly_savings"] is None
    assert len(ask("advice/", impact="high")["results"]) == 1
    assert len(ask("advice/", search="i-sm")["results"]) == 1
    rows = ask("advice/", ordering="resource_name")["results"]
    assert [row["resource_name"] for row in rows] == ["small", "web"]
    assert "impact" in refused("advice/", impact="huge")
    lines = list(csv.DictReader(io.StringIO(csv_of("advice/"))))
    assert [line["solution"] for line in lines] == ["Resize web", "Resize small"]


def test_the_page_links_to_the_machine_and_adds_nothing_up(
    owner: CloudAccount, client: Client
) -> None:
    web = instance(owner, "web")
    advise(owner, "web")
    advise(owner, "other")
    client.force_login(person("viewer"))
    page = client.get("/insights/advice/").content.decode()
    assert f'<a href="{web.get_absolute_url()}">web</a>' in page
    assert page.count("124.50") == 2
    assert "249.00" not in page
    overview = client.get("/insights/")
    assert "Microsoft's own estimates" in overview.content.decode()
    assert overview.context["potential"] == {}


def test_a_recommendation_of_ours_shows_the_clouds_opinion_of_the_same_machine(
    owner: CloudAccount, client: Client
) -> None:
    web, other = instance(owner, "web"), instance(owner, "other")
    advise(owner, "web")
    client.force_login(person("viewer"))
    page = client.get(recommendation(owner, web).get_absolute_url()).content.decode()
    assert "Microsoft's recommendations for this resource" in page
    assert "124.50" in page
    page = client.get(recommendation(owner, other).get_absolute_url()).content.decode()
    assert "Microsoft's recommendations" not in page


def test_a_page_says_that_nothing_is_stored_or_matches(
    owner: CloudAccount, client: Client
) -> None:
    client.force_login(person("viewer"))
    assert "manage.py sync_advice" in client.get("/insights/advice/").content.decode()
    advise(owner, "web")
    page = client.get("/insights/advice/?impact=low").content.decode()
    assert "No matching advice" in page
    assert "Microsoft's own" in client.get("/insights/").content.decode()


@pytest.mark.parametrize(
    ("term", "text"),
    [("P3Y", "3-year commitment"), ("P1Y", "1-year commitment"), ("P6M", "P6M")],
)
def test_a_term_is_written_in_words(term: str, text: str) -> None:
    assert Advice(term=term).term_text == text
