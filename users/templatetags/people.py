"""Users as pages show them."""

from collections.abc import Container

from django import template
from django.contrib.auth.models import User

from clouds.access import NAMED, access_of
from users.roles import role_of

register = template.Library()


@register.filter
def role(user: User) -> str:
    return "superuser" if user.is_superuser else role_of(user) or "no role"


@register.filter
def accounts_seen(user: User, see_all_by_role: Container[int]) -> str:
    """Name the accounts that the user sees, if they are few."""
    access = access_of(user)
    if access is None:
        return "all" if user.pk in see_all_by_role else "none"
    if access.all_accounts:
        return "all"
    names = [account.name for account in access.accounts.all()]
    if len(names) > NAMED:
        return f"{len(names)} accounts"
    return ", ".join(names) or "none"
