"""Azure as cloudintel changes it, by the account's acting identity alone."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from providers.access import checked
from providers.acting import ActingOptions, ActionKind, CloudAction
from providers.acting_steps import ActingProvider, Change
from providers.azure import (
    database_actions,
    disk_actions,
    machine_actions,
    other_actions,
)
from providers.azure.azure_errors import failure
from providers.azure.client import AzureAccount, AzureClient, AzureOptions
from providers.azure.resource_change import ResourceChange
from providers.azure.rights import Permissions, denied, fetch_permissions, missing
from providers.errors import ErrorKind, ProviderError
from providers.records import AccessCheck

# Where there are several, each is of one type of resource.
CHANGES: Mapping[ActionKind, Sequence[type[ResourceChange]]] = {
    ActionKind.STOP_INSTANCE: [machine_actions.Stop],
    ActionKind.START_INSTANCE: [machine_actions.Start],
    ActionKind.RESIZE_INSTANCE: [machine_actions.Resize],
    ActionKind.RELEASE_ADDRESS: [other_actions.Release],
    ActionKind.DELETE_VOLUME: [disk_actions.Delete],
    ActionKind.RESTORE_VOLUME: [disk_actions.Restore],
    ActionKind.CHANGE_VOLUME_TYPE: [disk_actions.ChangeType],
    ActionKind.SET_STORAGE_CLASS: [other_actions.SetAccessTier],
    ActionKind.STOP_DATABASE: [
        database_actions.StopPostgreSql,
        database_actions.StopMySql,
    ],
    ActionKind.START_DATABASE: [
        database_actions.StartPostgreSql,
        database_actions.StartMySql,
    ],
}
# Who waits for an action would rather run it again.
MOST_ATTEMPTS = 3
NO_IDENTITY = (
    "Give it an acting client id in the admin under Cloud accounts, or by `manage.py "
    "add_account --provider azure --acting-client-id`."
)


class AzureActing(ActingProvider):
    """One subscription with its acting identity. See providers.acting."""

    def __init__(
        self,
        account: AzureAccount,
        options: AzureOptions,
        acting: ActingOptions,
        now: datetime,
    ) -> None:
        super().__init__(acting)
        if reason := _why_not(account):
            reading = f"Acting in {account}"
            raise ProviderError(ErrorKind.NOT_ENABLED, reading, reason, NO_IDENTITY)
        own = replace(account, settings=account.settings.acting)
        options = replace(
            options,
            max_attempts=min(options.max_attempts, MOST_ATTEMPTS),
            max_wait=min(options.max_wait, acting.deadline_seconds),
        )
        self._client = AzureClient(own, options, self.meter, now)

    def change(self, action: CloudAction) -> Change:
        """A resource of another subscription is not this account's."""
        scope = f"{self._client.account.scope}/"
        if not action.resource_id.lower().startswith(scope):
            reason = f"it is not of {self._client.account}"
            raise failure(ErrorKind.INVALID, str(action), reason)
        changes = CHANGES[action.kind]
        if len(changes) > 1:
            changes = [one for one in changes if _is_of_type(one, action.resource_id)]
        if not changes:
            reason = "Azure can't do it with a resource of this type"
            raise failure(ErrorKind.CONFLICT, str(action), reason)
        return changes[0](self._client, action)

    def acting_checks(self) -> Iterator[AccessCheck]:
        """Ask Azure once what the roles of the acting identity allow."""
        client = self._client
        sign_in = checked("Sign-in to act", "every action", client.sign_in)
        yield sign_in
        if sign_in.error:
            return  # nothing else can be tried
        found: list[Permissions] = []
        asked = checked(
            "Microsoft.Authorization/permissions/read",
            "every action",
            lambda: found.append(fetch_permissions(client, client.account.scope)),
        )
        yield asked
        if asked.error:
            return
        for right, kinds in _rights().items():
            is_missing = missing(found[0], [right])
            error = denied("Acting", client.account.scope, [right])
            yield AccessCheck(
                right, ", ".join(kinds), False, error if is_missing else None
            )


def _why_not(account: AzureAccount) -> str:
    """Say why nothing acts in it; "" if something does."""
    settings = account.settings
    if not account.is_subscription:
        return "it is a bill, which has no resources"
    if not settings.acts:
        return "the account has no acting identity"
    reading_id = settings.client_id or os.environ.get("AZURE_CLIENT_ID", "")
    if settings.acting_client_id.lower() == reading_id.lower():
        return "its acting identity is the one that reads, of AZURE_CLIENT_ID"
    return ""


def _is_of_type(change: type[ResourceChange], resource_id: str) -> bool:
    return f"/{change.resource_type}/".lower() in resource_id.lower()


def _rights() -> Mapping[str, list[ActionKind]]:
    """Return each right with what it is for."""
    rights: dict[str, list[ActionKind]] = {}
    for kind, changes in CHANGES.items():
        for change in changes:
            for right in change.actions:
                rights.setdefault(right, []).append(kind)
    return rights
