"""Generate an example of every request and response from its schema.

A field's value is chosen by its name, else by its type, so a new endpoint has examples
without anybody writing them.
"""

from collections.abc import Mapping
from typing import Any

JSON = dict[str, Any]

BY_NAME: JSON = {
    "account": "111122223333",
    "account_id": "111122223333",
    "actor": "ada",
    "created_by": "ada",
    "currency": "USD",
    "detail": "What is wrong and what to do.",
    "end": "2026-02-01",
    "error": "",
    "instance_id": "i-0a1b2c3d4e5f67890",
    "instance_type": "m6i.large",
    "image_id": "ami-0a1b2c3d",
    "availability_zone": "eu-west-1a",
    "key": "Amazon S3",
    "lifecycle": "on-demand",
    "name": "production",
    "new_value": "stopped",
    "old_value": "running",
    "operation": "GetCostAndUsage",
    "previous": None,
    "private_ip": "10.0.0.17",
    "progress": "",
    "public_ip": "203.0.113.17",
    "region": "eu-west-1",
    "regions": [],
    "requests_by_operation": {"ce:GetCostAndUsage": 3},
    "role_arn": "arn:aws:iam::111122223333:role/cloudintel",
    "service": "Amazon S3",
    "start": "2026-01-01",
    "started_by": "ada",
    "state": "running",
    "sub_account_id": "111122223333",
    "tags": {"team": "shop"},
    "vpc_id": "vpc-0a1b2c3d",
}
NEXT = "https://cloudintel.example/api/v1/costs/?cursor=WyItZGF5Il0:1vK:Qx0"
BY_FORMAT: JSON = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T08:00:00Z",
    "decimal": "12.50",
    "uri": NEXT,
    "uuid": "5f2b1f0e-6f4c-4b62-9a44-0d6f6d0f2c11",
}
BY_TYPE: JSON = {"integer": 1, "number": 12.5, "boolean": True, "string": "text"}


def with_examples(result: JSON, **kwargs: Any) -> JSON:
    """Add an example to each JSON body that has none."""
    components = result["components"]["schemas"]
    for path in result["paths"].values():
        for operation in path.values():
            for body in _bodies(operation):
                if not {"example", "examples"} & set(body):
                    body["example"] = example_of(body["schema"], components)
    return result


def _bodies(operation: JSON) -> list[JSON]:
    """Return the operation's JSON request and response bodies, without problems."""
    parts = [operation.get("requestBody", {}), *operation["responses"].values()]
    found = [part.get("content", {}).get("application/json") for part in parts]
    return [body for body in found if body and "schema" in body]


def example_of(schema: JSON, components: Mapping[str, JSON], name: str = "") -> Any:
    """Return a value that the schema allows."""
    if "$ref" in schema:
        return example_of(
            components[schema["$ref"].rpartition("/")[2]], components, name
        )
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in schema:
            return example_of(schema[kind][0], components, name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return BY_NAME.get(name, [example_of(schema["items"], components, name)])
    if "properties" in schema:
        fields = schema["properties"].items()
        return {field: example_of(one, components, field) for field, one in fields}
    if name in BY_NAME:
        return BY_NAME[name]
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return {"key": example_of(inner, components)} if inner else {}
    by_type = BY_TYPE.get(schema.get("type", ""), {})
    return BY_FORMAT.get(schema.get("format", ""), _within(schema, by_type))


def _within(schema: JSON, value: Any) -> Any:
    """Return the value, moved into the bounds of its schema."""
    if schema.get("type") in ("integer", "number"):
        value = max(value, schema.get("minimum", value))
        return min(value, schema.get("maximum", value))
    if schema.get("type") == "string":
        return value[: schema.get("maxLength", len(value))]
    return value
