"""Accounts as pickers show them."""

from collections.abc import Iterable

from django import template

from clouds.labels import account_labels
from clouds.models import CloudAccount

register = template.Library()


@register.filter
def labeled(accounts: Iterable[CloudAccount]) -> list[tuple[CloudAccount, str]]:
    """Return each account with its label, which tells it from all others."""
    accounts = list(accounts)
    labels = account_labels(accounts)
    return [(account, labels[account.account_id]) for account in accounts]
