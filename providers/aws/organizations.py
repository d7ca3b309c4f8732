"""The accounts of an organization."""

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.errors import ErrorKind, ProviderError
from providers.records import MemberAccount

CLOSED_STATES = {"SUSPENDED", "PENDING_CLOSURE", "CLOSED"}


def fetch_members(clients: AwsClients) -> list[MemberAccount]:
    """Every account of the organization, the payer's own too. Raises ProviderError.

    Only the management account and delegated administrators may ask.
    """
    members = []
    with aws_errors("Accounts of the organization (organizations:ListAccounts)"):
        pages = clients.organizations().get_paginator("list_accounts").paginate()
        for page in pages:
            for raw in page["Accounts"]:
                # `Status` was retired in September 2026; older answers carry it alone.
                state = raw.get("State") or raw.get("Status")
                members.append(
                    MemberAccount(
                        raw["Id"],
                        raw.get("Name") or raw["Id"],
                        is_closed=state in CLOSED_STATES,
                        joined_at=raw.get("JoinedTimestamp"),
                        partition=raw["Arn"].split(":")[1],
                    )
                )
    return members


def fetch_payer_id(clients: AwsClients) -> str | None:
    """Return the management account, which pays for all; None outside an organization.

    Raises ProviderError. One of kind DENIED says that nothing is known.
    """
    try:
        with aws_errors("The organization (organizations:DescribeOrganization)"):
            answer = clients.organizations().describe_organization()
    except ProviderError as error:
        if error.kind == ErrorKind.NOT_ENABLED:
            return None
        raise
    return answer["Organization"]["MasterAccountId"]
