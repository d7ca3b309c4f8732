"""Restoring disks and stopping servers where others have changed something."""

import pytest

from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    MySqlServer,
    PostgreSqlServer,
)
from providers.acting import (
    ActionKind,
)
from providers.azure.acting_source import AzureActing
from providers.errors import ErrorKind, ProviderError
from providers.tests.azure_actions import acting, approved, of_kind, refused, run


@pytest.fixture
def source(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureActing:
    return acting(azure, subscription)


def test_a_disk_of_the_same_name_is_not_taken_for_the_restored_one(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    disk = subscription.add(Disk, "left")
    outcome = run(source, approved(source, ActionKind.DELETE_VOLUME, disk.id))
    assert outcome.undo
    back = approved(*(source, ActionKind.RESTORE_VOLUME, disk.id), outcome.undo.target)
    subscription.add(Disk, "left")
    of_kind(refused(source, back), ErrorKind.CONFLICT, "a disk of that name is there")
    with pytest.raises(ProviderError, match="a disk of that name is there"):
        source.dry_run(back)
    subscription.resources.pop(disk.id.lower())
    assert "disks/beginGetAccess/action" in source.dry_run(back)
    for is_repeated in (False, True):
        run(source, back, is_repeated=is_repeated)


def test_a_disk_that_somebody_deleted_before_its_snapshot_has_no_rollback(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    disk = subscription.add(Disk, "left")
    action = approved(source, ActionKind.DELETE_VOLUME, disk.id)
    subscription.resources.pop(disk.id.lower())
    assert run(source, action, is_repeated=True).undo is None


@pytest.mark.parametrize("kind", [PostgreSqlServer, MySqlServer])
def test_a_server_that_still_stops_is_not_asked_to_stop_again(
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    source: AzureActing,
    kind: type[PostgreSqlServer | MySqlServer],
) -> None:
    azure.seconds_to_change = 200
    server = subscription.add(kind, "orders")
    action = approved(source, ActionKind.STOP_DATABASE, server.id)
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "120 s")
    run(source, action, is_repeated=True)
    assert server.state == "Stopped"
    assert azure.requests[f"{kind.resource_type}/stop/action"] == 1


def test_a_database_of_azure_sql_is_not_stopped(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    sql = f"{subscription.id}/resourceGroups/rg/providers/Microsoft.Sql/servers/a"
    with pytest.raises(ProviderError) as raised:
        approved(source, ActionKind.STOP_DATABASE, f"{sql}/databases/b")
    of_kind(raised.value, ErrorKind.CONFLICT, "resource of this type")
