"""AWS as cloudintel changes it, by the account's acting role alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from providers.access import checked
from providers.acting import ActingOptions, ActionKind, CloudAction
from providers.acting_steps import ActingProvider, Change
from providers.aws import (
    address_actions,
    bucket_actions,
    database_actions,
    volume_actions,
)
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsClients, AwsOptions
from providers.aws.instance_actions import Resize, Start, Stop, instance_attempts
from providers.errors import ErrorKind, ProviderError
from providers.records import AccessCheck

CHANGES: Mapping[ActionKind, Callable[[AwsClients, CloudAction], Change]] = {
    ActionKind.STOP_INSTANCE: Stop,
    ActionKind.START_INSTANCE: Start,
    ActionKind.RESIZE_INSTANCE: Resize,
    ActionKind.RELEASE_ADDRESS: address_actions.Release,
    ActionKind.DELETE_VOLUME: volume_actions.Delete,
    ActionKind.RESTORE_VOLUME: volume_actions.Restore,
    ActionKind.CHANGE_VOLUME_TYPE: volume_actions.ChangeType,
    ActionKind.SET_STORAGE_CLASS: bucket_actions.SetStorageClass,
    ActionKind.STOP_DATABASE: database_actions.Stop,
    ActionKind.START_DATABASE: database_actions.Start,
}
# Who waits for an action would rather run it again.
MOST_ATTEMPTS = 3
NO_ROLE = (
    "Give it an acting role in the admin under Cloud accounts, or by `manage.py "
    "add_account --acting-role-arn`."
)


class AwsActing(ActingProvider):
    """One AWS account with its acting role. See providers.acting."""

    def __init__(
        self, account: AwsAccount, options: AwsOptions, acting: ActingOptions
    ) -> None:
        super().__init__(acting)
        settings = account.settings
        if not settings.acting_role_arn:
            reading = f"Acting in AWS account {account.account_id}"
            reason = "the account has no acting role"
            raise ProviderError(ErrorKind.NOT_ENABLED, reading, reason, NO_ROLE)
        role = AwsSettings(settings.acting_role_arn, settings.acting_external_id)
        self._regions = settings.regions
        options = replace(
            options, max_attempts=min(options.max_attempts, MOST_ATTEMPTS)
        )
        self._clients = AwsClients(replace(account, settings=role), options, self.meter)

    def change(self, action: CloudAction) -> Change:
        return CHANGES[action.kind](self._clients, action)

    def acting_checks(self) -> Iterator[AccessCheck]:
        """Try each right by a dry run, which is free, in one region."""
        clients = self._clients
        identity = checked(
            "sts:AssumeRole of the acting role",
            "every action",
            lambda: clients.identity,
        )
        yield identity
        if identity.error:
            return  # nothing else can be tried
        region = next(iter(self._regions), clients.partition.home)
        attempts = [
            *instance_attempts(clients, region),
            *volume_actions.attempts(clients, region),
            *address_actions.attempts(clients, region),
            *bucket_actions.attempts(clients, region),
            *database_actions.attempts(clients, region),
        ]
        for permission, kinds, attempt in attempts:
            needed_for = ", ".join(kinds)
            yield checked(permission, needed_for, attempt, is_required=False)
