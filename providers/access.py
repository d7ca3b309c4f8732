"""Trying a permission, whichever cloud it is of."""

from collections.abc import Callable

from providers.errors import ProviderError
from providers.records import AccessCheck


def checked(
    permission: str,
    needed_for: str,
    attempt: Callable[[], object],
    is_required: bool = True,
) -> AccessCheck:
    """Return whether the attempt succeeds, or what it is refused with."""
    try:
        attempt()
    except ProviderError as error:
        return AccessCheck(permission, needed_for, is_required, error)
    return AccessCheck(permission, needed_for, is_required)
