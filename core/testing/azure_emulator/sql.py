"""Microsoft.Sql: servers, which cost nothing, and the databases on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from core.testing.azure_emulator.machines import guid
from core.testing.azure_emulator.resources import (
    EmulatedResource,
    list_route,
    page_of,
)
from core.testing.azure_emulator.wire import (
    GROUP,
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
    same,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

TIERS = {"GP": "GeneralPurpose", "BC": "BusinessCritical", "HS": "Hyperscale"}
VERSIONS = frozenset({"2021-11-01", "2023-08-01", "2025-01-01"})


@dataclass
class SqlDatabase(EmulatedResource):
    """A database of a server."""

    resource_type: ClassVar[str] = "Microsoft.Sql/servers/databases"

    server: str = ""
    objective: str = "GP_Gen5_2"
    size_gb: float = 32
    status: str = "Online"
    zone_redundant: bool = False
    pool: str = ""  # the name of an elastic pool of its server

    @property
    def id(self) -> str:
        return f"{self._server_id}/databases/{self.name}"

    @property
    def _server_id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Sql/servers/{self.server}"
        )

    def listed(self) -> dict[str, Any]:
        sku = "ElasticPool" if self.pool else self.objective
        kind = "system" if self.name == "master" else "user"
        entry = {"kind": f"v12.0,{kind}", "sku": {"name": sku, "tier": self._tier}}
        return super().listed() | entry

    @property
    def _tier(self) -> str:
        return TIERS.get(self.objective.partition("_")[0], "Standard")

    def properties(self) -> dict[str, Any]:
        properties = {
            "collation": "SQL_Latin1_General_CP1_CI_AS",
            "maxSizeBytes": int(self.size_gb * 2**30),
            "status": self.status,
            "databaseId": guid(self.id),
            # Three decimals here, and Z.
            "creationDate": f"{self.created_at:%Y-%m-%dT%H:%M:%S}.937Z",
            "currentServiceObjectiveName": "ElasticPool"
            if self.pool
            else self.objective,
            "zoneRedundant": self.zone_redundant,
        }
        pool = {"elasticPoolId": f"{self._server_id}/elasticPools/{self.pool}"}
        return properties | (pool if self.pool else {})


@dataclass
class SqlServer(EmulatedResource):
    """A server, with the database that it has for itself."""

    resource_type: ClassVar[str] = "Microsoft.Sql/servers"

    version: str = "12.0"
    databases: dict[str, SqlDatabase] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add_database("master", objective="System0")

    def add_database(self, name: str, **fields: Any) -> SqlDatabase:
        """A database on it."""
        fields = {"group": self.group, "location": self.location} | fields
        made = SqlDatabase(self.subscription_id, name, server=self.name, **fields)
        self.databases[name] = made
        return made

    def listed(self) -> dict[str, Any]:
        return super().listed() | {"kind": "v12.0"}

    def properties(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "state": "Ready",
            "fullyQualifiedDomainName": f"{self.name}.database.windows.net",
        }


def list_databases(azure: EmulatedAzure, call: Call) -> Answer:
    """The databases of one server."""
    resources = azure.world.subscriptions[call.subscription_id].resources.values()
    for one in resources:
        if (
            isinstance(one, SqlServer)
            and same(one.name, call.names["name"])
            and same(one.group, call.names["group"])
        ):
            return page_of(azure, call, list(one.databases.values()))
    raise AzureError(
        "ResourceNotFound",
        f"The Resource 'Microsoft.Sql/servers/{call.names['name']}' under resource "
        f"group '{call.names['group']}' was not found.",
        404,
    )


ROUTES = (
    list_route(SqlServer, VERSIONS),
    Route(
        "Microsoft.Sql/servers/databases/read",
        "GET",
        path_of(
            SUBSCRIPTION
            + GROUP
            + "/providers/Microsoft.Sql/servers/(?P<name>[^/]+)/databases"
        ),
        list_databases,
        VERSIONS,
        namespace="Microsoft.Sql",
    ),
)
