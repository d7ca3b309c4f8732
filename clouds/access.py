"""Which accounts a user may see, for every page, endpoint and export."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

if TYPE_CHECKING:
    from clouds.models import AccountAccess

AnyUser = AbstractBaseUser | AnonymousUser
# More names are no sentence.
NAMED = 3


class AccountScopedQuerySet(models.QuerySet[Any]):
    """Rows that each belong to an account, at `account_path`."""

    account_path = "account"

    def visible_to(self, user: AnyUser) -> Self:
        """Return the rows of accounts that this user may see."""
        if not user.is_authenticated:
            return self.none()
        access = access_of(user)
        if access is None:
            return self
        accounts = access.accounts.through.objects.filter(accountaccess=access)
        return self.filter(
            **{f"{self.account_path}__in": accounts.values("cloudaccount")}
        )


def is_limited(user: AnyUser) -> bool:
    """Return whether some accounts may be hidden from this user."""
    return not user.is_authenticated or access_of(user) is not None


def limit_of(user: AnyUser) -> str:
    """Say which accounts a limited user sees; empty without a limit. One query."""
    access = access_of(user) if user.is_authenticated else None
    if access is None:
        return ""
    names = list(access.accounts.order_by("name", "id").values_list("name", flat=True))
    if not names:
        return "You have access to no account yet."
    many = len(names) > NAMED
    return f"You see {f'{len(names)} accounts' if many else ', '.join(names)} only."


def access_of(user: AnyUser) -> "AccountAccess | None":
    """Return the user's limit; None without one. Django caches the result."""
    try:
        found: AccountAccess = user.account_access  # type: ignore[union-attr]
    except ObjectDoesNotExist:
        return None
    return found
