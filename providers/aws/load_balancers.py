"""Load balancers with tags and targets: those with target groups, and classic ones.

One question tells the tags of 20; the health of targets takes one for each target
group, and for each classic one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.errors import ErrorKind, ProviderError
from providers.records import LoadBalancerRecord

# The most that DescribeLoadBalancers and DescribeTargetGroups answer in a page.
PAGE_SIZE = 400
# The most that DescribeTags answers for.
TAGGED_PER_CALL = 20
# Of a region: each is a question, and a thousand of them take a minute.
MOST_HEALTH_QUESTIONS = 1000
CLASSIC = "classic"
LISTING = "elasticloadbalancing:DescribeLoadBalancers"
GROUPS = "elasticloadbalancing:DescribeTargetGroups"
HEALTH = "elasticloadbalancing:DescribeTargetHealth"
CLASSIC_HEALTH = "elasticloadbalancing:DescribeInstanceHealth"
TAGS = "elasticloadbalancing:DescribeTags"
# What they are for, beside the list.
OF_TAGS = ", tags of load balancers"
OF_TARGETS = ", targets of load balancers"
# Of a target that leaves, and of one that is not checked.
LEAVING, UNCHECKED = "draining", "unavailable"

T = TypeVar("T")
Balancers = Sequence[LoadBalancerRecord]
Health = Mapping[str, bool | None]
"""Whether each target is well; None: it is not checked."""


def fetch_load_balancers(
    clients: AwsClients, region: str
) -> Iterator[Balancers | ProviderError]:
    """Yield the region's load balancers, and what is missing of them.

    Raises ProviderError where they or their tags can't be read but for a right: unread
    tags are not no tags.
    """
    listed = [raw for page in _pages(clients, region) for raw in page]
    yield from _detailed(
        [normalize_load_balancer(raw, region) for raw in listed],
        lambda arns: fetch_tags(clients, region, arns),
        lambda: _targets(clients, region),
    )


def fetch_classic_load_balancers(
    clients: AwsClients, region: str
) -> Iterator[Balancers | ProviderError]:
    """Yield the region's classic load balancers, as those of today."""
    listed = [raw for page in _classic_pages(clients, region) for raw in page]
    prefix = f"arn:{clients.partition.name}:elasticloadbalancing:{region}"
    prefix += f":{clients.identity}:loadbalancer/"
    used = [
        f"{prefix}{raw['LoadBalancerName']}" for raw in listed if raw.get("Instances")
    ]

    def health() -> Mapping[str, Health]:
        asked = _bounded(used, "classic load balancers", CLASSIC_HEALTH, region)
        return {
            arn: fetch_classic_health(clients, region, name_in(arn)) for arn in asked
        }

    yield from _detailed(
        [normalize_classic(raw, region, prefix) for raw in listed],
        lambda arns: fetch_classic_tags(clients, region, arns),
        health,
    )


def normalize_load_balancer(raw: dict[str, Any], region: str) -> LoadBalancerRecord:
    return LoadBalancerRecord(
        resource_id=raw["LoadBalancerArn"],
        region=region,
        state=raw.get("State", {}).get("Code", ""),
        name=raw["LoadBalancerName"],
        created_at=raw.get("CreatedTime"),
        balancer_type=raw["Type"],
    )


def normalize_classic(
    raw: dict[str, Any], region: str, prefix: str
) -> LoadBalancerRecord:
    """A classic one has no state, and its ARN on the bill alone."""
    return LoadBalancerRecord(
        resource_id=prefix + raw["LoadBalancerName"],
        region=region,
        state="",
        name=raw["LoadBalancerName"],
        created_at=raw.get("CreatedTime"),
        balancer_type=CLASSIC,
    )


def name_in(arn: str) -> str:
    """Return the name of a classic one."""
    return arn.rpartition("/")[2]


def _detailed(
    found: Balancers,
    tags_of_some: Callable[[Sequence[str]], Mapping[str, dict[str, str]]],
    health_of: Callable[[], Mapping[str, Health]],
) -> Iterator[Balancers | ProviderError]:
    """Add tags and targets. Without its targets a balancer is complete but for them."""
    arns = [one.resource_id for one in found]
    tags: dict[str, dict[str, str]] = {}
    health: Mapping[str, Health] | None = {}
    try:
        for start in range(0, len(arns), TAGGED_PER_CALL):
            tags |= tags_of_some(arns[start : start + TAGGED_PER_CALL])
    except ProviderError as error:
        if error.kind != ErrorKind.DENIED:
            raise
        yield error
    try:
        health = health_of() if arns else {}
    except ProviderError as error:
        health = None
        yield error
    yield [
        with_targets(
            replace(one, tags=tags.get(one.resource_id, {})),
            None if health is None else health.get(one.resource_id, {}),
        )
        for one in found
    ]


def with_targets(
    balancer: LoadBalancerRecord, targets: Health | None
) -> LoadBalancerRecord:
    """Add how many there are and are well; None: they are not known."""
    if targets is None:
        return balancer
    checked = [is_well for is_well in targets.values() if is_well is not None]
    healthy = sum(checked) if checked or not targets else None
    return replace(balancer, targets=len(targets), healthy_targets=healthy)


def fetch_tags(
    clients: AwsClients, region: str, arns: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the tags of these, at most 20. Raise ProviderError."""
    with aws_errors(f"Tags of load balancers in {region} ({TAGS})", region):
        answer = clients.load_balancers(region).describe_tags(ResourceArns=arns)
    return {
        each["ResourceArn"]: tags_of(each["Tags"]) for each in answer["TagDescriptions"]
    }


def fetch_classic_tags(
    clients: AwsClients, region: str, arns: Sequence[str]
) -> dict[str, dict[str, str]]:
    names = {name_in(arn): arn for arn in arns}
    with aws_errors(f"Tags of classic load balancers in {region} ({TAGS})", region):
        answer = clients.classic_load_balancers(region).describe_tags(
            LoadBalancerNames=list(names)
        )
    return {
        names[each["LoadBalancerName"]]: tags_of(each["Tags"])
        for each in answer["TagDescriptions"]
    }


def attempts(
    clients: AwsClients, region: str
) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Return each permission, what it is for beside the list, and how to try it.

    What only a load balancer has is tried where there is one.
    """
    arns: list[str] = []
    names: list[str] = []
    groups: list[str] = []

    def find() -> None:
        listed = next(_pages(clients, region, 1), [])
        arns.extend(raw["LoadBalancerArn"] for raw in listed)
        listed = next(_classic_pages(clients, region, 1), [])
        names.extend(raw["LoadBalancerName"] for raw in listed)

    def find_group() -> None:
        found = islice(fetch_target_groups(clients, region), 1)
        groups.extend(raw["TargetGroupArn"] for raw in found)

    yield LISTING, "", find
    if arns:
        yield TAGS, OF_TAGS, partial(fetch_tags, clients, region, arns)
        yield GROUPS, OF_TARGETS, find_group
    elif names:
        yield TAGS, OF_TAGS, partial(fetch_classic_tags, clients, region, names)
    for arn in groups:
        yield HEALTH, OF_TARGETS, partial(fetch_health, clients, region, arn)
    for name in names:
        attempt = partial(fetch_classic_health, clients, region, name)
        yield CLASSIC_HEALTH, OF_TARGETS, attempt


def _pages(
    clients: AwsClients, region: str, size: int = PAGE_SIZE
) -> Iterator[list[dict[str, Any]]]:
    with aws_errors(f"Load balancers in {region} ({LISTING})", region):
        paginator = clients.load_balancers(region).get_paginator(
            "describe_load_balancers"
        )
        for page in paginator.paginate(PaginationConfig={"PageSize": size}):
            yield page["LoadBalancers"]


def _classic_pages(
    clients: AwsClients, region: str, size: int = PAGE_SIZE
) -> Iterator[list[dict[str, Any]]]:
    with aws_errors(f"Classic load balancers in {region} ({LISTING})", region):
        paginator = clients.classic_load_balancers(region).get_paginator(
            "describe_load_balancers"
        )
        for page in paginator.paginate(PaginationConfig={"PageSize": size}):
            yield page["LoadBalancerDescriptions"]


def fetch_target_groups(clients: AwsClients, region: str) -> Iterator[dict[str, Any]]:
    """Return those that a load balancer sends to. Raise ProviderError."""
    with aws_errors(f"Target groups in {region} ({GROUPS})", region):
        paginator = clients.load_balancers(region).get_paginator(
            "describe_target_groups"
        )
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield from (raw for raw in page["TargetGroups"] if raw["LoadBalancerArns"])


def _targets(clients: AwsClients, region: str) -> Mapping[str, Health]:
    """Return balancer -> its targets, each once: well if it is in any of its groups."""
    found: dict[str, list[tuple[str, bool | None]]] = defaultdict(list)
    groups = list(fetch_target_groups(clients, region))
    for group in _bounded(groups, "target groups", HEALTH, region):
        health = fetch_health(clients, region, group["TargetGroupArn"])
        for arn in group["LoadBalancerArns"]:
            found[arn] += health.items()
    return {arn: best_of(checks) for arn, checks in found.items()}


def best_of(checks: Iterable[tuple[str, bool | None]]) -> Health:
    """Return each target once: well if any of its checks finds it so."""
    found: dict[str, bool | None] = {}
    for target, is_well in checks:
        before = found.get(target)
        found[target] = before or (before if is_well is None else is_well)
    return found


def fetch_health(clients: AwsClients, region: str, arn: str) -> Health:
    """Return the targets of a group; none where it is gone. Raise ProviderError."""
    client = clients.load_balancers(region)
    with aws_errors(f"Targets in {region} ({HEALTH})", region):
        try:
            answer = client.describe_target_health(TargetGroupArn=arn)
        except client.exceptions.TargetGroupNotFoundException:
            return {}
    return normalize_health(answer["TargetHealthDescriptions"])


def normalize_health(raw: Sequence[dict[str, Any]]) -> Health:
    """The targets of a group, in which one may be several times, by its ports."""
    states = [(each["Target"]["Id"], each["TargetHealth"]["State"]) for each in raw]
    return best_of(
        (target, None if state == UNCHECKED else state == "healthy")
        for target, state in states
        if state != LEAVING
    )


def fetch_classic_health(clients: AwsClients, region: str, name: str) -> Health:
    client = clients.classic_load_balancers(region)
    with aws_errors(f"Targets of {name} in {region} ({CLASSIC_HEALTH})", region):
        try:
            answer = client.describe_instance_health(LoadBalancerName=name)
        except client.exceptions.AccessPointNotFoundException:
            return {}
    return {
        each["InstanceId"]: each["State"] == "InService"
        for each in answer["InstanceStates"]
    }


def _bounded(asked: list[T], what: str, permission: str, region: str) -> list[T]:
    """Raise ProviderError where there are more to ask for than is bearable."""
    if len(asked) <= MOST_HEALTH_QUESTIONS:
        return asked
    raise failure(
        ErrorKind.INCOMPLETE,
        f"Targets in {region} ({permission})",
        f"{len(asked):,} {what} would be as many questions, at most "
        f"{MOST_HEALTH_QUESTIONS:,} are asked",
        "The load balancers were stored without the number of their targets.",
        region,
    )
