"""ListAccounts and DescribeOrganization, for the management account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.testing.aws_emulator.faults import access_denied
from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.world import World

ACCOUNTS_A_PAGE = 20
ORGANIZATION_ID = "o-emulated00"


def list_accounts(aws: EmulatedAws, call: Call) -> Answer:
    """A page of accounts, by State: Status was retired in September 2026.

    With `aws.empty_pages` the first page is empty and has a token, as it may be.
    """
    payer = _organization_of(aws, call)
    if payer != call.account_id:
        raise access_denied(call)
    accounts = [
        world
        for world in aws.worlds.values()
        if payer in (world.account_id, world.organization)
    ]
    position = read_token(
        call,
        call.parameters.get("NextToken"),
        AwsError("InvalidInputException", "You specified an invalid value: NextToken"),
    )
    if position is None and aws.empty_pages:
        return {"Accounts": [], "NextToken": make_token(call, 0)}
    (start,) = position or [0]
    page = aws.page_size.get(call.name, ACCOUNTS_A_PAGE)
    end = start + min(call.parameters.get("MaxResults", page), page)
    answer: dict[str, object] = {
        "Accounts": [_account(world, payer) for world in accounts[start:end]]
    }
    return answer | (
        {"NextToken": make_token(call, end)} if end < len(accounts) else {}
    )


def describe_organization(aws: EmulatedAws, call: Call) -> Answer:
    """The organization; its members may ask too."""
    payer = _organization_of(aws, call)
    return {
        "Organization": {
            "Id": ORGANIZATION_ID,
            "Arn": f"arn:aws:organizations::{payer}:organization/{ORGANIZATION_ID}",
            "FeatureSet": "ALL",
            "MasterAccountId": payer,
        }
    }


def _organization_of(aws: EmulatedAws, call: Call) -> str:
    world = aws.world(call.account_id)
    if world.payer:
        return world.account_id
    if not world.organization:
        raise AwsError(
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        )
    return world.organization


def _account(world: World, payer: str) -> dict[str, object]:
    arn = f"arn:aws:organizations::{payer}:account/{ORGANIZATION_ID}/{world.account_id}"
    return {
        "Id": world.account_id,
        "Arn": arn,
        "Email": f"aws-{world.account_id}@example.com",
        "Name": world.name or world.account_id,
        "State": world.organization_state,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": world.joined_at.timestamp(),
    }
