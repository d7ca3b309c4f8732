"""Cloud accounts for tests."""

from typing import Any

from core.testing.aws_emulator.builders import ACCOUNT
from syncs.models import CloudAccount


def account(number: int = 1, name: str = "production") -> CloudAccount:
    """Create an account that no cloud answers for."""
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name)


def aws_account(account_id: str = ACCOUNT, **fields: Any) -> CloudAccount:
    """Create an account of the emulated AWS; its name is its id."""
    return CloudAccount.objects.create(
        account_id=account_id, **{"name": account_id, **fields}
    )
