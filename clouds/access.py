"""Which accounts a user may see, for every page, endpoint and export."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.text import get_text_list

from core.windows import Window

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from clouds.models import AccountAccess, CloudAccount

AnyUser = AbstractBaseUser | AnonymousUser
OF_ALL_ACCOUNTS = "This is of all accounts together, and some are hidden from you."
# More names are no sentence.
NAMED = 3


class AccountScopedQuerySet(models.QuerySet[Any]):
    """Rows that each belong to an account, at `account_path`."""

    account_path = "account"

    def visible_to(self, user: AnyUser) -> Self:
        """Return the rows of accounts that this user may see."""
        accounts = visible_accounts(user)
        if accounts is None:
            return self
        return self.filter(
            **{f"{self.account_path}__in": accounts.values("cloudaccount")}
        )


class DayQuerySet(AccountScopedQuerySet):
    """Rows of single days."""

    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)


class OfAllAccountsQuerySet(AccountScopedQuerySet):
    """Rows that are of every account at once."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return all or none."""
        return self.none() if is_limited(user) else self

    def closed_to(self, user: AnyUser) -> str:
        """Say why the user is not to be answered with an empty list; else empty."""
        return OF_ALL_ACCOUNTS if is_limited(user) else ""


def visible_accounts(user: AnyUser) -> models.QuerySet[Any] | None:
    """Return rows with the `cloudaccount`s that a limited user sees; None: all."""
    own, narrower = _chosen_accounts(user), getattr(user, "narrower_access", None)
    if own is None or narrower is None:
        return narrower if own is None else own
    return own.filter(cloudaccount__in=narrower.values("cloudaccount"))


def narrow_access(user: "User", rows: type[models.Model], **of: Any) -> None:
    """Let this user see, for now, only the accounts of these rows too.

    `rows` is the table between a model and the accounts that it names.
    """
    user.narrower_access = rows._default_manager.filter(**of)  # type: ignore[attr-defined]


def _chosen_accounts(user: AnyUser) -> models.QuerySet[Any] | None:
    from clouds.models import AccountAccess

    chosen = AccountAccess.accounts.through._default_manager
    access = access_of(user)
    if access is None:
        return None if _is_administrator(user) else chosen.none()
    return None if access.all_accounts else chosen.filter(accountaccess=access)


def _is_administrator(user: AnyUser) -> bool:
    """Return whether the user chooses what others see, and so could see everything."""
    may: bool = user.has_perm("clouds.change_accountaccess")  # type: ignore[union-attr]
    return may


def is_limited(user: AnyUser) -> bool:
    """Return whether some accounts may be hidden from this user."""
    return visible_accounts(user) is not None


def limit_of(user: AnyUser) -> str:
    """Say which accounts a limited user sees; empty without a limit. One query."""
    accounts = visible_accounts(user) if user.is_authenticated else None
    if accounts is None:
        return ""
    by_name = accounts.order_by("cloudaccount__name")
    names = list(by_name.values_list("cloudaccount__name", flat=True))
    if not names:
        return "You have access to no account yet."
    if len(names) > NAMED:
        return f"You see {len(names)} accounts only."
    return f"You see {get_text_list(names, 'and')} only."


def access_of(user: AnyUser) -> "AccountAccess | None":
    """Return what was chosen for the user, if anything. Django caches the result."""
    if isinstance(user, AnonymousUser):
        return None
    try:
        found: AccountAccess = user.account_access  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return None
    return found


def set_access(
    user: "User", accounts: Iterable["CloudAccount"] = (), *, all_accounts: bool
) -> None:
    """Let the user see these accounts only, or all, those connected later too."""
    from clouds.models import AccountAccess

    access, is_new = AccountAccess.objects.update_or_create(
        user=user, defaults={"all_accounts": all_accounts}
    )
    if not (is_new and all_accounts):
        access.accounts.set(() if all_accounts else accounts)
    user.account_access = access
