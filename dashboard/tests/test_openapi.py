"""The OpenAPI schema: complete, valid, and shown without another host."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from textwrap import wrap
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from core.testing.approved import Approve
from users.testing import viewer

HOUSE = Path(__file__).resolve().parents[2]

PATHS = [
    "accounts/",
    "accounts/{id}/",
    "api-usage/",
    "api-usage/{id}/",
    "api-usage/summary/",
    "assignments/",
    "backfills/",
    "backfills/{id}/",
    "backfills/{id}/cancel/",
    "backfills/{id}/pause/",
    "backfills/{id}/start/",
    "costs/",
    "costs/{id}/",
    "costs/changes/",
    "costs/explanation/",
    "costs/summary/",
    "costs/trend/",
    "coverage/",
    "cpu/",
    "cpu/{id}/",
    "cpu/trend/",
    "instances/",
    "instances/{id}/",
    "lines/",
    "lines/commitments/",
    "lines/explanation/",
    "lines/focus/",
    "lines/groups/",
    "network/",
    "network/{id}/",
    "owner-rules/",
    "owner-rules/{id}/",
    "runs/",
    "runs/{id}/",
    "search/",
    "sync/cost/",
    "sync/cpu/",
    "sync/ec2/",
    "sync/instances/",
    "sync/prices/",
]


@pytest.fixture(scope="module")
def schema() -> Any:
    out = StringIO()
    strict = ("--validate", "--fail-on-warn", "--format", "openapi-json")
    call_command("spectacular", *strict, stdout=out)
    return json.loads(out.getvalue())


def parameters(found: Any, path: str) -> set[str]:
    described = found["paths"][f"/api/v1/{path}"]["get"]["parameters"]
    return {one["name"] for one in described if one["in"] == "query"}


def operations(found: Any) -> Iterator[tuple[str, Any]]:
    for path in found["paths"].values():
        yield from path.items()


def test_operations_and_fields_are_those_that_were_approved(
    schema: Any, approve: Approve
) -> None:
    lines = [*operation_lines(schema), *field_lines(schema["components"]["schemas"])]
    approve(HOUSE / "tests" / "approved" / "openapi.txt", "\n".join([*lines, ""]))


def operation_lines(found: Any) -> Iterator[str]:
    for path, methods in found["paths"].items():
        for method, one in methods.items():
            taken = " ".join(sorted(p["name"] for p in one.get("parameters", [])))
            given = [
                " ".join([code, *sorted(map(short_kind, answer.get("content", {})))])
                for code, answer in one["responses"].items()
                if code < "400"
            ]
            yield f"{method.upper()} {path}: {', '.join(given)}"
            yield from wrap(taken, 96, initial_indent="    ", subsequent_indent="    ")


def field_lines(schemas: Any) -> Iterator[str]:
    for name, one in schemas.items():
        needed = set(one.get("required", []))
        fields = [
            f"{field}{'' if field in needed else '?'} {kind_of(facts)}"
            for field, facts in one.get("properties", {}).items()
        ]
        text = f"{name}: {', '.join(fields) or kind_of(one)}"
        yield from wrap(text, 100, subsequent_indent="    ")


def short_kind(media: str) -> str:
    return re.split("[/.]", media)[-1]


def kind_of(facts: Any) -> str:
    named = str(facts.get("$ref", facts.get("allOf", ""))).rpartition("/")[2]
    kind = facts.get("format") or facts.get("type") or named.strip("'}]") or "any"
    inner = f" of {kind_of(facts['items'])}" if "items" in facts else ""
    marks = [one for one in ("nullable", "readOnly", "writeOnly") if facts.get(one)]
    choices = "|".join(map(str, facts.get("enum", [])))
    return " ".join(filter(None, [f"{kind}{inner}", choices, *marks]))


def test_it_is_valid_and_without_a_warning_and_names_every_route(schema: Any) -> None:
    assert set(schema["paths"]) >= {f"/api/v1/{path}" for path in PATHS}


def test_the_names_that_generated_clients_use_stay(schema: Any) -> None:
    names = {operation["operationId"] for _, operation in operations(schema)}
    assert {
        "accounts_list",
        "api_usage_summary_retrieve",
        "backfills_create",
        "backfills_start_create",
        "costs_list",
        "costs_summary_retrieve",
        "costs_trend_retrieve",
        "cpu_trend_list",
        "instances_retrieve",
        "runs_list",
        "sync_cost_create",
    } <= names


def test_every_tag_is_described_and_every_operation_says_how_to_sign_in(
    schema: Any,
) -> None:
    described = {tag["name"] for tag in schema["tags"] if tag["description"]}
    used = {tag for _, operation in operations(schema) for tag in operation["tags"]}
    assert used == described
    ways = [list(one) for _, op in operations(schema) for one in op["security"]]
    assert {tuple(way) for way in ways} == {("token",), ("cookieAuth",)}
    assert set(schema["components"]["securitySchemes"]) == {"token", "cookieAuth"}


def test_every_operation_tells_its_problems(schema: Any) -> None:
    for method, operation in operations(schema):
        codes = set(operation["responses"])
        assert {"400", "401", "403", "406", "429", "500", "503"} <= codes
        assert ("415" in codes) == ("requestBody" in operation)
        for code in codes:
            if code >= "400":
                assert "$ref" in operation["responses"][code], method


def test_every_problem_has_an_example_and_its_headers(schema: Any) -> None:
    problems = schema["components"]["responses"]
    for one in problems.values():
        example = one["content"]["application/problem+json"]["example"]
        assert {"type", "title", "status", "detail"} <= set(example)
    assert "WWW-Authenticate" in problems["Unauthorized"]["headers"]
    assert "Retry-After" in problems["TooManyRequests"]["headers"]


def test_every_body_has_an_example_that_its_schema_allows(schema: Any) -> None:
    # OpenAPI 3.0 says nullable where JSON Schema has a type of its own.
    text = json.dumps(schema["components"]).replace(
        "#/components", "#/$defs/components"
    )
    defs = {"components": json.loads(text)}
    seen = 0
    for _, operation in operations(schema):
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for part in parts:
            body = part.get("content", {}).get("application/json")
            if body:
                inner = json.dumps(body["schema"])
                moved = json.loads(inner.replace("#/components", "#/$defs/components"))
                whole = {"$defs": defs, "allOf": [nullable(moved)]}
                Draft202012Validator(nullable(whole)).validate(body["example"])
                seen += 1
    assert seen > 40


def nullable(schema: Any) -> Any:
    """The same schema with "nullable" as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: nullable(one) for name, one in schema.items()}
    if inner.pop("nullable", False) is True:
        return {"anyOf": [inner, {"type": "null"}]}
    return inner


def test_what_has_a_version_tells_of_its_etag(schema: Any) -> None:
    trend = schema["paths"]["/api/v1/costs/trend/"]["get"]
    assert "304" in trend["responses"]
    assert "ETag" in trend["responses"]["200"]["headers"]
    etag = {one["name"]: one for one in trend["parameters"]}["If-None-Match"]
    assert (etag["in"], etag.get("required", False)) == ("header", False)
    runs = schema["paths"]["/api/v1/runs/"]["get"]
    assert "304" not in runs["responses"]


def test_lines_are_described_with_their_sum(schema: Any) -> None:
    content = schema["paths"]["/api/v1/lines/"]["get"]["responses"]["200"]["content"]
    named = content["application/json"]["schema"]["$ref"]
    assert named == "#/components/schemas/LineList"


def test_files_are_described_as_files(schema: Any) -> None:
    content = schema["paths"]["/api/v1/costs/"]["get"]["responses"]["200"]["content"]
    assert content["text/csv"]["schema"] == {"type": "string"}


def test_it_names_the_parameters_of_each_answer(schema: Any) -> None:
    bill = {"start", "end", "period", "provider", "account", "currency"}
    rows = {"sub_account", "service", "region", "charge_category", "exclude"}
    rows |= {"exclude_service", "exclude_region", "exclude_sub_account", "search"}
    rows |= {"resource_group", "exclude_resource_group", "tag", "exclude_tag"}
    groups = {"group_by", "metric", "limit"}
    costs = bill | rows | groups | {"format", "exact"}
    assert parameters(schema, "costs/trend/") == costs | {"granularity"}
    assert parameters(schema, "costs/summary/") == costs | {"compare"}
    assert parameters(schema, "costs/changes/") == costs | {"compare"}
    assert {"start", "end", "instance", "cursor"} <= parameters(schema, "cpu/trend/")
    assert {"tag", "search", "gone", "state"} <= parameters(schema, "instances/")


def test_it_says_which_tax_stays_where_tax_is_excluded(schema: Any) -> None:
    parameters = schema["paths"]["/api/v1/costs/trend/"]["get"]["parameters"]
    (exclude,) = [one for one in parameters if one["name"] == "exclude"]
    assert "service=Unallocated" in exclude["description"]


def test_it_says_that_amounts_are_strings(schema: Any) -> None:
    point = schema["components"]["schemas"]["Point"]["properties"]["amount"]
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
