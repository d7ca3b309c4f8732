"""The OpenAPI schema: complete, valid, and shown without another host."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.api import viewer

PATHS = [
    "accounts/",
    "accounts/{id}/",
    "api-usage/",
    "api-usage/{id}/",
    "api-usage/summary/",
    "backfills/",
    "backfills/{id}/",
    "backfills/{id}/cancel/",
    "backfills/{id}/pause/",
    "backfills/{id}/start/",
    "costs/",
    "costs/{id}/",
    "costs/summary/",
    "costs/trend/",
    "cpu/",
    "cpu/{id}/",
    "cpu/trend/",
    "instances/",
    "instances/{id}/",
    "network/",
    "network/{id}/",
    "runs/",
    "runs/{id}/",
    "sync/cost/",
    "sync/cpu/",
    "sync/ec2/",
]


def schema() -> Any:
    out = StringIO()
    strict = ("--validate", "--fail-on-warn", "--format", "openapi-json")
    call_command("spectacular", *strict, stdout=out)
    return json.loads(out.getvalue())


def parameters(found: Any, path: str) -> set[str]:
    told = found["paths"][f"/api/v1/{path}"]["get"]["parameters"]
    return {parameter["name"] for parameter in told}


def test_it_is_valid_and_without_a_warning_and_names_every_route() -> None:
    assert set(schema()["paths"]) == {f"/api/v1/{path}" for path in PATHS}


def test_it_names_the_parameters_of_each_answer() -> None:
    found = schema()
    bill = {"start", "end", "account", "currency"}
    rows = {"sub_account", "service", "region", "charge_category", "exclude"}
    trend = {"group_by", "metric", "granularity", "limit"}
    assert parameters(found, "costs/trend/") - {"format"} == bill | rows | trend
    assert parameters(found, "costs/summary/") - {"format"} == bill | rows | {"metric"}
    assert {"start", "end", "instance", "page"} <= parameters(found, "cpu/trend/")
    assert {"tag", "search", "gone", "state"} <= parameters(found, "instances/")


def test_it_says_that_amounts_are_strings() -> None:
    point = schema()["components"]["schemas"]["Point"]["properties"]["amount"]
    assert (point["type"], point["format"], point["nullable"]) == (
        "string",
        "decimal",
        True,
    )


@pytest.mark.django_db
def test_the_pages_need_no_other_host() -> None:
    client = viewer()
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui-bundle.js" in page
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert addresses
    assert all(re.match(r"/(?!/)", address) for address in addresses)
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    schema_response = client.get("/api/schema/")
    assert schema_response.status_code == 200
    assert "/api/v1/costs/trend/" in schema_response.content.decode()
