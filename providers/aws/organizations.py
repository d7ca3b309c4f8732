"""The accounts of an organization."""

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.errors import ErrorKind, ProviderError
from providers.records import MemberAccount


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
                name = raw.get("Name") or raw["Id"]
                partition = raw["Arn"].split(":")[1]
                members.append(
                    MemberAccount(raw["Id"], name, state == "ACTIVE", partition)
                )
    return members


def fetch_payer_id(clients: AwsClients) -> str | None:
    """Return the management account, which pays for all; None outside an organization.

    The permission is optional: where it is denied nothing is known, which is None too.
    """
    try:
        with aws_errors("The organization (organizations:DescribeOrganization)"):
            answer = clients.organizations().describe_organization()
    except ProviderError as error:
        if error.kind in (ErrorKind.DENIED, ErrorKind.NOT_ENABLED):
            return None
        raise
    return answer["Organization"].get("MasterAccountId")
