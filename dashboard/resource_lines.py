"""Where the lines of a resource are: by the ids that its cloud's bill gives it."""

from collections.abc import Sequence

from clouds.access import AnyUser
from clouds.registry import CloudKind
from costs.lines.models import LineItemMonth
from costs.queries.query import query_string
from inventory.kinds import Kind
from inventory.models import Resource

# How AWS's bill names what the inventory has by its id alone.
ARN_NAMES = {
    Kind.INSTANCE: "instance",
    Kind.VOLUME: "volume",
    Kind.SNAPSHOT: "snapshot",
    Kind.ADDRESS: "elastic-ip",
    Kind.NAT_GATEWAY: "natgateway",
}


def line_parameters(resource: Resource) -> str:
    """Return the query string of its lines, by usage type."""
    return query_string({"resource": ids_on_bills(resource), "group_by": "usage_type"})


def ids_query(resource: Resource) -> str:
    """Return the query string of its lines by themselves."""
    return query_string({"resource": ids_on_bills(resource)})


def ids_on_bills(resource: Resource) -> Sequence[str]:
    found, kind = [resource.resource_id], ARN_NAMES.get(Kind(resource.kind))
    if kind and resource.account.provider == CloudKind.AWS:
        owner = f"{resource.region}:{resource.account.account_id}"
        found.append(f"arn:aws:ec2:{owner}:{kind}/{resource.resource_id}")
    return found


def with_lines(resources: Sequence[Resource], user: AnyUser) -> Sequence[Resource]:
    """Return those of which a bill that may be theirs has lines. One query."""
    months = LineItemMonth.objects.visible_to(user)
    bills = {*months.values_list("account", "account__provider").distinct()}
    has_files = any(provider == CloudKind.FILES for _, provider in bills)
    accounts = {account for account, _ in bills}
    return [one for one in resources if has_files or one.account_id in accounts]
