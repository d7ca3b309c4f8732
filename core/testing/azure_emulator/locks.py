"""Rights and locks: what the roles of who asks allow, and what is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

PERMISSION_VERSIONS = frozenset({"2015-07-01", "2018-07-01", "2022-04-01"})
LOCK_VERSIONS = frozenset({"2016-09-01", "2020-05-01"})


def resource_id_of(call: Call) -> str:
    """The resource's, of a path that may end with a verb."""
    parts = call.path.lower().split("/")
    return "/".join(parts[:9])


def list_permissions(azure: EmulatedAzure, call: Call) -> Answer:
    """What the roles of who asks allow there: all but what is denied."""
    entry = {"actions": ["*"], "notActions": azure.faults.denied_operations()}
    return Answer({"value": [entry | {"dataActions": [], "notDataActions": []}]})


def list_locks(azure: EmulatedAzure, call: Call) -> Answer:
    """Those of the resource, and of what it is in."""
    scope = call.path.lower().partition("/providers/microsoft.authorization")[0]
    return Answer(
        {
            "value": [
                {"name": f"lock-{number}", "properties": {"level": level}}
                for number, (at, level) in enumerate(_locks(azure, call, scope))
            ]
        }
    )


def _locks(azure: EmulatedAzure, call: Call, scope: str) -> list[tuple[str, str]]:
    locks = azure.world.subscriptions[call.subscription_id].locks
    return [
        (at, level) for at, level in locks.items() if f"{scope}/".startswith(f"{at}/")
    ]


def refuse_locked(azure: EmulatedAzure, call: Call) -> None:
    is_removal, scope = call.operation.endswith("/delete"), resource_id_of(call)
    for at, level in _locks(azure, call, scope):
        if level == "ReadOnly" or is_removal:
            raise AzureError(
                "ScopeLocked",
                f"The scope '{scope}' cannot perform {call.operation} operation "
                f"because following scope(s) are locked: '{at}'. Please remove the "
                "lock and try again.",
                409,
            )


def _anywhere(what: str, versions: frozenset[str], answer: Any) -> Route:
    path = f"{SUBSCRIPTION}(/.+?)?/providers/Microsoft\\.Authorization/{what}"
    operation = f"Microsoft.Authorization/{what}/read"
    return Route(operation, "GET", path_of(path), answer, versions)


ROUTES = (
    _anywhere("permissions", PERMISSION_VERSIONS, list_permissions),
    _anywhere("locks", LOCK_VERSIONS, list_locks),
)
