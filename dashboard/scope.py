"""Which clouds and accounts a page is limited to, and the links that limit it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from dashboard.places import Page

# Parameters of pages that name an account: who used it, or whose bill it is.
ACCOUNTS = ("account", "sub_account")
# A page of another list is not the same page of this one.
LEFT_OUT = {*ACCOUNTS, "provider", "page", "after"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Clouds and accounts by their ids; without any it is all."""

    providers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: QueryDict, accounts: Iterable[CloudAccount]) -> "Scope":
        """Return what an address limits its page to, of these accounts."""
        seen = {one.account_id: one.provider for one in accounts}
        providers = {*seen.values()}
        return cls(
            tuple(one for one in _values(data, "provider") if one in providers),
            tuple(
                one for name in ACCOUNTS for one in _values(data, name) if one in seen
            ),
        )

    def __bool__(self) -> bool:
        return bool(self.providers or self.accounts)

    def holds(self, account: CloudAccount) -> bool:
        if self.providers and account.provider not in self.providers:
            return False
        return not self.accounts or account.account_id in self.accounts

    def label(self, names: Mapping[str, str]) -> str:
        """Say what it is: by name, or how many there are."""
        if len(self.accounts) > 1:
            return f"{len(self.accounts)} accounts"
        if self.accounts:
            return names[self.accounts[0]]
        clouds = [str(CloudKind(one).label) for one in self.providers]
        return " and ".join(clouds) or "All accounts"

    def parameters(self, page: Page) -> dict[str, Any]:
        """Return the parameters that limit that page to it."""
        if not page.accounts:
            return {}
        found = {"provider": self.providers, page.accounts: self.accounts}
        return {name: list(values) for name, values in found.items() if values}

    @property
    def query(self) -> str:
        """Return it as pages of one thing remember it."""
        return urlencode({"provider": self.providers, "account": self.accounts}, True)


def _values(data: QueryDict, name: str) -> list[str]:
    values = (part for value in data.getlist(name) for part in value.split(","))
    return [value.strip() for value in values]
