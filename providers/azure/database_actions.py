"""Stopping and starting flexible servers of PostgreSQL and MySQL."""

from collections.abc import Mapping
from typing import Any, ClassVar

from providers.acting_steps import Task
from providers.azure.databases import (
    MYSQL,
    MYSQL_VERSION,
    POSTGRESQL,
    POSTGRESQL_VERSION,
    normalize_flexible_server,
)
from providers.azure.resource_change import ResourceChange
from providers.records import DatabaseRecord, ResourceRecord

POSTGRESQL_SERVERS = "Microsoft.DBforPostgreSQL/flexibleServers"
MYSQL_SERVERS = "Microsoft.DBforMySQL/flexibleServers"


class _ServerChange(ResourceChange):
    operation_right = "locations/azureAsyncOperation/read"
    engine: ClassVar[str]

    def normalize(self, raw: Mapping[str, Any]) -> DatabaseRecord:
        return normalize_flexible_server(raw, self.engine)

    def bring(self, verb: str, passing: str, state: str, task: Task) -> None:
        """Have it come to that state, unless it does already."""
        if self.state() not in (passing, state):
            self.post(verb, task)
        self.reach(state, task)


class _Stop(_ServerChange):
    def do(self, record: ResourceRecord, task: Task) -> str:
        self.bring("stop", "stopping", "stopped", task)
        return (
            "Azure stopped the server. Its storage and backups cost what they did, and "
            "Azure starts it again by itself after seven days."
        )


class _Start(_ServerChange):
    def do(self, record: ResourceRecord, task: Task) -> str:
        self.bring("start", "starting", "ready", task)
        return "Azure started the server."


class StopPostgreSql(_Stop):
    engine, api_version = POSTGRESQL, POSTGRESQL_VERSION
    resource_type = POSTGRESQL_SERVERS
    actions = (f"{POSTGRESQL_SERVERS}/stop/action",)


class StartPostgreSql(_Start):
    engine, api_version = POSTGRESQL, POSTGRESQL_VERSION
    resource_type = POSTGRESQL_SERVERS
    actions = (f"{POSTGRESQL_SERVERS}/start/action",)


class StopMySql(_Stop):
    engine, api_version = MYSQL, MYSQL_VERSION
    resource_type = MYSQL_SERVERS
    actions = (f"{MYSQL_SERVERS}/stop/action",)


class StartMySql(_Start):
    engine, api_version = MYSQL, MYSQL_VERSION
    resource_type = MYSQL_SERVERS
    actions = (f"{MYSQL_SERVERS}/start/action",)
