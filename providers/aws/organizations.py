"""The accounts of an organization."""

from providers.aws.client import AwsClients
from providers.aws.errors import told
from providers.records import MemberAccount


def fetch_members(clients: AwsClients) -> list[MemberAccount]:
    """Every account of the organization, the payer's own too. Raises ProviderError.

    Only the management account and delegated administrators may ask.
    """
    members = []
    with told("Accounts of the organization (organizations:ListAccounts)"):
        pages = clients.organizations().get_paginator("list_accounts").paginate()
        for page in pages:
            members += [normalize_member(dict(raw)) for raw in page["Accounts"]]
    return members


def normalize_member(raw: dict[str, object]) -> MemberAccount:
    # `Status` was retired in September 2026; older answers still carry it alone.
    state = raw.get("State") or raw.get("Status")
    return MemberAccount(
        account_id=str(raw["Id"]),
        name=str(raw.get("Name") or raw["Id"]),
        is_active=state == "ACTIVE",
    )
