"""Reading, replacing and deleting the lifecycle of a bucket of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.buckets import bucket_asked
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

LEAST_SIZE = "TransitionDefaultMinimumObjectSize"
DEFAULT_LEAST_SIZE = "all_storage_classes_128K"
# Days that an object must be stored before it may be moved there.
LEAST_DAYS = {
    "STANDARD_IA": 30,
    "ONEZONE_IA": 30,
    "INTELLIGENT_TIERING": 0,
    "GLACIER_IR": 0,
    "GLACIER": 0,
    "DEEP_ARCHIVE": 0,
}


def get_bucket_lifecycle(aws: EmulatedAws, call: Call) -> Answer:
    """Its rules; none are an error."""
    bucket = bucket_asked(aws, call)
    if not bucket.lifecycle:
        message = "The lifecycle configuration does not exist"
        raise AwsError("NoSuchLifecycleConfiguration", message, 404)
    return {"Rules": bucket.lifecycle, LEAST_SIZE: bucket.least_size_moved}


def put_bucket_lifecycle(aws: EmulatedAws, call: Call) -> Answer:
    """Replaces all rules, each with an id of its own, or deletes them."""
    bucket = bucket_asked(aws, call)
    if call.operation == "DeleteBucketLifecycle":
        bucket.lifecycle = []
        return {}
    rules: list[dict[str, Any]]
    rules = call.parameters.get("LifecycleConfiguration", {}).get("Rules", [])
    if not rules:
        message = "The XML you provided was not well-formed"
        raise AwsError("MalformedXML", message)
    ids = [rule.get("ID") for rule in rules]
    if len({*ids}) < len(ids):
        raise AwsError("InvalidArgument", "Rule ID must be unique")
    for rule in rules:
        _check(rule)
    bucket.lifecycle = rules
    bucket.least_size_moved = call.parameters.get(LEAST_SIZE, DEFAULT_LEAST_SIZE)
    return {LEAST_SIZE: bucket.least_size_moved}


def _check(rule: dict[str, Any]) -> None:
    if rule.get("Status") not in ("Enabled", "Disabled"):
        raise AwsError("MalformedXML", "The XML you provided was not well-formed")
    for move in rule.get("Transitions", []):
        name, days = move["StorageClass"], move.get("Days", 0)
        if name not in LEAST_DAYS:
            raise AwsError("MalformedXML", "The XML you provided was not well-formed")
        if days < LEAST_DAYS[name]:
            message = (
                "'Days' in Transition action must be greater than or equal to "
                f"{LEAST_DAYS[name]} for storageClass '{name}'"
            )
            raise AwsError("InvalidArgument", message)
