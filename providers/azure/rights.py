"""What a role allows and what a lock forbids: Azure has no dry run of a change."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from providers.azure.azure_errors import failure
from providers.azure.client import AzureClient, Question, understood
from providers.errors import ErrorKind, ProviderError

PERMISSIONS_VERSION = "2022-04-01"
LOCKS_VERSION = "2020-05-01"
AUTHORIZATION = "providers/Microsoft.Authorization"
READ_ONLY = "readonly"
ROLE = "cloudintel acting (docs/acting.md)"

Permissions = Sequence[Mapping[str, Any]]


def fetch_permissions(client: AzureClient, scope: str) -> Permissions:
    """Return what the roles allow there who asks. Raise ProviderError."""
    question = _question("permissions", scope, PERMISSIONS_VERSION)
    with understood(question):
        return list(client.values(question))


def missing(permissions: Permissions, actions: Sequence[str]) -> list[str]:
    return [action for action in actions if not _allows(permissions, action)]


def _allows(permissions: Permissions, action: str) -> bool:
    return any(
        _matches(one.get("actions"), action)
        and not _matches(one.get("notActions"), action)
        for one in permissions
    )


def _matches(patterns: Sequence[str] | None, action: str) -> bool:
    return any(
        fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns or ()
    )


def check_rights(
    client: AzureClient, reading: str, resource_id: str, actions: Sequence[str]
) -> None:
    """Raise ProviderError for an action that is not allowed, or that a lock forbids."""
    if lacking := missing(fetch_permissions(client, resource_id), actions):
        raise denied(reading, resource_id, lacking)
    is_removal = any(action.endswith("/delete") for action in actions)
    for name, level in _locks(client, resource_id):
        if level.lower() == READ_ONLY or is_removal:
            raise failure(
                ErrorKind.CONFLICT,
                reading,
                f"the management lock {name} ({level}) forbids it",
                "Who set the lock can remove it. Nothing was changed.",
            )


def denied(reading: str, scope: str, actions: Sequence[str]) -> ProviderError:
    return failure(
        ErrorKind.DENIED,
        reading,
        f"the acting identity has no role that allows {', '.join(actions)}",
        f"Assign the role {ROLE} on {scope}, wait some minutes, then try `manage.py "
        "check_access`.",
    )


def _locks(client: AzureClient, resource_id: str) -> Iterator[tuple[str, str]]:
    question = _question("locks", resource_id, LOCKS_VERSION)
    with understood(question):
        for raw in client.values(question):
            yield raw["name"], raw["properties"]["level"]


def _question(what: str, scope: str, version: str) -> Question:
    return Question(
        what=f"{what.capitalize()} at {scope}",
        operation=f"Microsoft.Authorization/{what}",
        path=f"{scope}/{AUTHORIZATION}/{what}",
        api_version=version,
        role=ROLE,
    )
