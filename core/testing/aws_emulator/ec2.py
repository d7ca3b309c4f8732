"""DescribeRegions, DescribeInstances and DescribeInstanceTypes."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.aws_emulator.ec2_filters import keep_matching
from core.testing.aws_emulator.ec2_xml import render_instances
from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from datetime import datetime

    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.world import EmulatedInstance

DEFAULT_PAGE = 1_000
TERMINATED_FOR_SECONDS = 3_600  # how long a terminated instance is still listed
MAX_INSTANCE_TYPES = 100
MAX_FILTER_VALUES = 200
# Shown with AllRegions where the account has not enabled it.
REGION_NOT_ENABLED = "me-south-1"


def describe_regions(aws: EmulatedAws, call: Call) -> Answer:
    """The enabled regions; with AllRegions one more that is not."""
    enabled = aws.world(call.account_id).regions
    status = dict.fromkeys(enabled, "opt-in-not-required")
    if call.parameters.get("AllRegions"):
        status.setdefault(REGION_NOT_ENABLED, "not-opted-in")
    asked: list[str] = call.parameters.get("RegionNames", [])
    for name in asked:
        if name not in status:
            raise AwsError("InvalidParameterValue", f"Invalid region provided: {name}")
    return {
        "Regions": [
            {
                "RegionName": name,
                "Endpoint": f"ec2.{name}.amazonaws.com",
                "OptInStatus": opt_in,
            }
            for name, opt_in in status.items()
            if not asked or name in asked
        ]
    }


def describe_instances(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's instances, in no order one could rely on."""
    asked = call.parameters
    _check_page(asked)
    page = min(
        asked.get("MaxResults", DEFAULT_PAGE),
        aws.page_size.get(call.name, DEFAULT_PAGE),
    )
    found = [
        instance
        for instance in aws.world(call.account_id).instances.values()
        if instance.region == call.region and _is_listed(instance, aws.now)
    ]
    if "InstanceIds" in asked:
        found = _only(found, asked["InstanceIds"])
    found = keep_matching(found, asked.get("Filters", []))
    found.sort(key=lambda each: crc32(each.instance_id.encode()))
    bad_token = AwsError("InvalidPaginationToken", "The token is not valid.")
    (start,) = read_token(call, asked.get("NextToken"), bad_token) or [0]
    end = start + page
    token = make_token(call, end) if end < len(found) else None
    return render_instances(call.account_id, found[start:end], start, token)


def _check_page(asked: Any) -> None:
    if "MaxResults" not in asked:
        return
    if "InstanceIds" in asked:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        )
    if not 5 <= asked["MaxResults"] <= 1000:
        raise AwsError(
            "InvalidParameterValue",
            f"Value ( {asked['MaxResults']} ) for parameter maxResults is invalid. "
            "Expecting a value between 5 and 1000.",
        )


def _is_listed(instance: EmulatedInstance, now: datetime) -> bool:
    if instance.launched_at > now:
        return False
    if instance.state != "terminated" or instance.terminated_at is None:
        return True
    return (now - instance.terminated_at).total_seconds() <= TERMINATED_FOR_SECONDS


def only_instances(
    aws: EmulatedAws, call: Call, ids: list[str]
) -> list[EmulatedInstance]:
    """The region's instances of these ids, all of which must be there."""
    found = [
        instance
        for instance in aws.world(call.account_id).instances.values()
        if instance.region == call.region and _is_listed(instance, aws.now)
    ]
    return _only(found, ids)


def type_exists(name: str) -> bool:
    return name in _instance_types()


def _only(found: list[EmulatedInstance], ids: list[str]) -> list[EmulatedInstance]:
    by_id = {instance.instance_id: instance for instance in found}
    missing = [instance_id for instance_id in ids if instance_id not in by_id]
    if missing:
        raise AwsError(
            "InvalidInstanceID.NotFound",
            f"The instance IDs '{', '.join(missing)}' do not exist",
        )
    return [by_id[instance_id] for instance_id in ids]


def describe_instance_types(aws: EmulatedAws, call: Call) -> Answer:
    """Types by name or page by page: processors, memory and architecture."""
    known = _instance_types()
    asked: list[str] = call.parameters.get("InstanceTypes", [])
    if len(asked) > MAX_INSTANCE_TYPES:
        raise AwsError(
            "InvalidParameterValue",
            f"The maximum number of instance types is {MAX_INSTANCE_TYPES}.",
        )
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise AwsError(
            "InvalidInstanceType",
            "The following supplied instance types do not exist: "
            f"[{', '.join(unknown)}]",
        )
    names = asked or _matching_types(sorted(known), call.parameters.get("Filters", []))
    bad_token = AwsError("InvalidNextToken", "The token is not valid.")
    (start,) = read_token(call, call.parameters.get("NextToken"), bad_token) or [0]
    page = aws.page_size.get(call.name, MAX_INSTANCE_TYPES)
    end = start + min(call.parameters.get("MaxResults", page), page)
    answer: dict[str, Any] = {
        "InstanceTypes": [known[name] for name in names[start:end]]
    }
    if end < len(names):
        answer["NextToken"] = make_token(call, end)
    return answer


def _matching_types(names: list[str], filters: list[dict[str, Any]]) -> list[str]:
    """Of the filters only the one by name; what it does not know, it leaves out."""
    for each in filters:
        if each["Name"] != "instance-type" or len(each["Values"]) > MAX_FILTER_VALUES:
            raise AwsError("InvalidParameterValue", f"The filter {each} is invalid")
        names = [name for name in names if name in each["Values"]]
    return names


@cache
def _instance_types() -> dict[str, dict[str, Any]]:
    """moto's table; its module is not imported, that reads every offering too."""
    content = (files("moto") / "ec2/resources/instance_types.json.gz").read_bytes()
    wanted = (
        *("InstanceType", "VCpuInfo", "MemoryInfo", "ProcessorInfo"),
        *("CurrentGeneration", "BareMetal", "BurstablePerformanceSupported"),
    )
    return {
        name: {key: raw[key] for key in wanted if key in raw}
        for name, raw in json.loads(gzip.decompress(content)).items()
    }
