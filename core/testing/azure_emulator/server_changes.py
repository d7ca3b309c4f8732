"""Stopping and starting flexible servers of PostgreSQL and MySQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.testing.azure_emulator.changes import (
    begun,
    get_resource,
    operations_route,
    resource_asked,
    route,
    set_values,
)
from core.testing.azure_emulator.flexible_servers import (
    MYSQL_VERSIONS,
    POSTGRESQL_VERSIONS,
    FlexibleServer,
    MySqlServer,
    PostgreSqlServer,
)
from core.testing.azure_emulator.locks import refuse_locked
from core.testing.azure_emulator.wire import Answer, AzureError, Call, Route

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure


def stop_server(azure: EmulatedAzure, call: Call) -> Answer:
    """A flexible server stops after a while, and only one that is ready."""
    return _change_server(azure, call, "Ready", "Stopping", "Stopped")


def start_server(azure: EmulatedAzure, call: Call) -> Answer:
    return _change_server(azure, call, "Stopped", "Starting", "Ready")


def _change_server(
    azure: EmulatedAzure, call: Call, of: str, passing: str, to: str
) -> Answer:
    refuse_locked(azure, call)
    server = resource_asked(azure, call)
    if not isinstance(server, FlexibleServer) or server.state != of:
        message = f"Operation is not allowed as the server is not in {of} state."
        raise AzureError("ServerIsBusy", message, 409)
    server.state = passing
    return begun(azure, call, partial(set_values, server, state=to))


def _routes(kind: type[FlexibleServer], versions: set[str]) -> list[Route]:
    """A flexible server can be read, stopped and started."""
    name = kind.resource_type
    return [
        route(f"{name}/read", "GET", get_resource, versions),
        route(f"{name}/stop/action", "POST", stop_server, versions, "/stop"),
        route(f"{name}/start/action", "POST", start_server, versions, "/start"),
        operations_route(name.partition("/")[0]),
    ]


ROUTES = (
    *_routes(PostgreSqlServer, POSTGRESQL_VERSIONS),
    *_routes(MySqlServer, MYSQL_VERSIONS),
)
