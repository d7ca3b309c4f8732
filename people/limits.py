"""Which accounts a user may see. Every page, endpoint and export asks here."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models


class OfAccounts(models.QuerySet[Any]):
    """Rows that each belong to an account, which `account_path` leads to."""

    account_path = "account"

    def seen_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Only those of accounts that this user may see; one query a user, at first."""
        if not user.is_authenticated:
            return self.none()
        try:
            access = user.account_access  # type: ignore[attr-defined]
        except ObjectDoesNotExist:
            return self
        accounts = access.accounts.through.objects.filter(accountaccess=access)
        return self.filter(
            **{f"{self.account_path}__in": accounts.values("cloudaccount")}
        )
