"""Cloud accounts for tests."""

from typing import Any

from django.contrib.auth.models import User

from clouds.access import set_access
from clouds.models import AccountAccess, CloudAccount
from clouds.registry import CloudKind
from core.testing.aws_emulator.builders import ACCOUNT
from providers.aws.account_settings import AwsSettings

SUBSCRIPTION = "00000000-0000-0000-0000-0000000000a1"
OTHER_SUBSCRIPTION = "00000000-0000-0000-0000-0000000000a2"
BILLING_SCOPE = "/providers/microsoft.billing/billingaccounts/1234567"


def account(number: int = 1, name: str = "production") -> CloudAccount:
    """Create an account that no cloud answers for."""
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name)


def aws_account(account_id: str = ACCOUNT, **fields: Any) -> CloudAccount:
    """Create an account of the emulated AWS; its name is its id.

    The fields are those of the account, or settings of AWS.
    """
    settings = {name: fields.pop(name) for name in AwsSettings.names() & fields.keys()}
    fields.setdefault("settings", settings)
    return CloudAccount.objects.create(
        account_id=account_id, **{"name": account_id, **fields}
    )


def azure_account(account_id: str = SUBSCRIPTION, **fields: Any) -> CloudAccount:
    """Create an account of an emulated Azure; its name is the end of its id."""
    facts: dict[str, Any] = {
        "name": account_id.rpartition("/")[2],
        "provider": CloudKind.AZURE,
        "is_payer": account_id.startswith("/"),
    }
    return CloudAccount.objects.create(account_id=account_id, **{**facts, **fields})


def see_only(user: User, *accounts: CloudAccount) -> AccountAccess:
    """Let the user see these accounts only."""
    set_access(user, accounts, all_accounts=False)
    return user.account_access


def see_all(user: User) -> None:
    """Let the user see all accounts."""
    set_access(user, all_accounts=True)
