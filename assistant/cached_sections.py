"""Sections of reports, answered again only after data or rights have changed."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from assistant.models import accounts_seen
from clouds.access import AnyUser
from clouds.models import SharedVersion
from core.api.cache import CachedAnswer, key_of, look_up, store

# What these say changes with the clock, without a change of data that moves a version.
BY_THE_CLOCK = frozenset({"freshness", "health", "backup"})
KIND, JSON = "assistant-report", "application/json"


def version_of(user: AnyUser) -> str:
    """Return the version of all data, and of what a user may see of it. It moves with
    any data, also of accounts that are hidden from the user."""
    versions = SharedVersion.objects.order_by("subject").values_list(
        "subject", "version"
    )
    rights = sorted(user.get_all_permissions())  # type: ignore[union-attr]
    state = [list(versions), user.pk, accounts_seen(user), rights]
    return sha256(repr(state).encode()).hexdigest()


def section_of(
    version: str, asked: tuple[object, ...], answered: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return the section that is `asked` for as of the version of all data."""
    key = key_of(version, [KIND, *asked])
    if found := look_up(key, KIND):
        section: dict[str, Any] = json.loads(found.packed)
        return section
    section = answered()
    # What was refused may be answered the next time, as after too many requests.
    if not section.get("is_refused"):
        store(key, CachedAnswer(json.dumps(section).encode(), JSON))
    return section
