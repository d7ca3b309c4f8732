"""What pages say of a dataset that an account's cloud does not offer."""

from django import template

from clouds.models import CloudAccount
from syncs.datasets import Dataset, not_offered

register = template.Library()


@register.filter
def unless_offered(account: CloudAccount, key: str) -> str:
    """Return that the account's cloud does not offer it; "" where it does."""
    return not_offered(account, Dataset(key))
