"""Managed databases: those of Azure SQL, and servers of PostgreSQL and MySQL.

Azure SQL's servers cost nothing and its databases do; a flexible server costs as a
whole, however many databases it has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from providers.azure.client import AzureClient, Question, understood
from providers.azure.resource_ids import region_name
from providers.azure.resources import (
    described,
    in_regions,
    instant,
    list_kind,
    listed,
    read_regions,
)
from providers.base import Progress
from providers.records import DatabaseRecord, RegionResources

# https://learn.microsoft.com/rest/api/sql/databases/list-by-server
SQL_VERSION = "2023-08-01"
# https://learn.microsoft.com/rest/api/postgresql/servers/list
POSTGRESQL_VERSION = "2024-08-01"
# https://learn.microsoft.com/rest/api/mysql/flexibleserver/servers/list
MYSQL_VERSION = "2023-12-30"
SQL_SERVERS = "Microsoft.Sql/servers"
# The one that each server has for itself, which costs nothing.
SYSTEM_DATABASE = "master"
BYTES_PER_GIB = 2**30
# As AWS has them, so that both clouds' are found by one name.
SQL_SERVER, POSTGRESQL, MYSQL = "sqlserver", "postgres", "mysql"


@dataclass(frozen=True, slots=True)
class SqlServer:
    """What Azure SQL's databases belong to."""

    resource_id: str
    region: str
    name: str
    version: str


def fetch_databases(
    client: AzureClient, progress: Progress
) -> Iterator[RegionResources]:
    """Return each region's databases.

    A server whose databases can't be read makes its region fail. Raises ProviderError
    where the lists of the subscription can't be read.
    """
    sql = in_regions(list_sql_servers(client))
    flexible = in_regions(list_flexible_servers(client))

    def read(region: str) -> RegionResources:
        servers = sql.get(region, [])
        databases = chain.from_iterable(list_databases(client, one) for one in servers)
        return RegionResources(region, [*flexible.get(region, []), *databases])

    yield from read_regions(client, {*sql, *flexible}, read, progress)


def list_sql_servers(client: AzureClient) -> Iterator[SqlServer]:
    """Return the subscription's servers of Azure SQL. Raise ProviderError."""
    return list_kind(
        client, "SQL servers", SQL_SERVERS, SQL_VERSION, normalize_sql_server
    )


def list_databases(client: AzureClient, server: SqlServer) -> Iterator[DatabaseRecord]:
    """Return the databases of a server. Raise ProviderError."""
    question = Question(
        what=f"Databases of the SQL server {server.name} in {server.region} of "
        f"{client.account}",
        operation=f"{SQL_SERVERS}/databases",
        path=f"{server.resource_id}/databases",
        api_version=SQL_VERSION,
        region=server.region,
    )
    with understood(question):
        for raw in listed(client, question):
            if raw["name"] != SYSTEM_DATABASE:
                yield normalize_database(raw, server)


def list_flexible_servers(client: AzureClient) -> Iterator[DatabaseRecord]:
    """Return the subscription's servers of both engines. Raise ProviderError."""
    yield from list_kind(
        client,
        "PostgreSQL servers",
        "Microsoft.DBforPostgreSQL/flexibleServers",
        POSTGRESQL_VERSION,
        lambda raw: normalize_flexible_server(raw, POSTGRESQL),
    )
    yield from list_kind(
        client,
        "MySQL servers",
        "Microsoft.DBforMySQL/flexibleServers",
        MYSQL_VERSION,
        lambda raw: normalize_flexible_server(raw, MYSQL),
    )


def normalize_sql_server(raw: Mapping[str, Any]) -> SqlServer:
    return SqlServer(
        resource_id=raw["id"].lower(),
        region=region_name(raw["location"]),
        name=raw["name"],
        version=raw["properties"].get("version", ""),
    )


def normalize_database(raw: Mapping[str, Any], server: SqlServer) -> DatabaseRecord:
    """One database. Its class is its "service objective", as S0 or GP_Gen5_2; one in
    a pool has "ElasticPool", as the pool is what costs."""
    properties = raw["properties"]
    pool = properties.get("elasticPoolId") or ""
    most_bytes = properties.get("maxSizeBytes")
    fields = described(raw) | {
        "region": server.region,
        # As there may be one of the same name on each server.
        "name": f"{server.name}/{raw['name']}",
    }
    return DatabaseRecord(
        **fields,
        state=properties.get("status", "").lower(),
        created_at=instant(properties.get("creationDate")),
        engine=SQL_SERVER,
        engine_version=server.version,
        database_class=properties.get("currentServiceObjectiveName")
        or raw.get("sku", {}).get("name", ""),
        storage_gib=None if most_bytes is None else -(-most_bytes // BYTES_PER_GIB),
        storage_type=raw.get("sku", {}).get("tier", ""),
        is_multi_zone=properties.get("zoneRedundant"),
        cluster=pool.rpartition("/")[2],
    )


def normalize_flexible_server(raw: Mapping[str, Any], engine: str) -> DatabaseRecord:
    properties = raw["properties"]
    storage = properties.get("storage") or {}
    version = (properties.get("version"), properties.get("minorVersion"))
    standby = (properties.get("highAvailability") or {}).get("mode")
    return DatabaseRecord(
        **described(raw),
        state=properties.get("state", "").lower(),
        created_at=instant((raw.get("systemData") or {}).get("createdAt")),
        engine=engine,
        engine_version=".".join(part for part in version if part),
        database_class=raw.get("sku", {}).get("name", ""),
        storage_gib=storage.get("storageSizeGB"),
        storage_type=storage.get("type") or storage.get("storageSku") or "",
        # "SameZone" has a second machine too, but beside the first.
        is_multi_zone=None if standby is None else standby == "ZoneRedundant",
    )
