"""Microsoft.DBforPostgreSQL and Microsoft.DBforMySQL: flexible servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.testing.azure_emulator.compute import seven_decimals
from core.testing.azure_emulator.resources import EmulatedResource, list_route
from core.testing.azure_emulator.subscriptions import DISPLAY_NAMES

POSTGRESQL_VERSIONS = {"2022-12-01", "2024-08-01", "2025-08-01"}
MYSQL_VERSIONS = {"2021-05-01", "2023-06-30", "2023-12-30"}


@dataclass
class FlexibleServer(EmulatedResource):
    """A server of either engine."""

    sku: str = "Standard_D2ds_v5"
    tier: str = "GeneralPurpose"
    version: str = ""
    storage_gb: int = 128
    state: str = "Ready"
    standby: str = "Disabled"  # or SameZone, ZoneRedundant

    def listed(self) -> dict[str, Any]:
        """Its place is that of pages, as nowhere else."""
        display, _ = DISPLAY_NAMES.get(self.location, (self.location.title(), ""))
        return super().listed() | {
            "location": display,
            "sku": {"name": self.sku, "tier": self.tier},
            "systemData": {"createdAt": seven_decimals(self.created_at)},
        }

    def properties(self) -> dict[str, Any]:
        return {
            "administratorLogin": "cloud",
            "version": self.version,
            "state": self.state,
            "highAvailability": {"mode": self.standby, "state": "NotEnabled"},
            "storage": {"storageSizeGB": self.storage_gb, "autoGrow": "Enabled"},
            "backup": {"backupRetentionDays": 7},
        }


@dataclass
class PostgreSqlServer(FlexibleServer):
    """A server of PostgreSQL."""

    resource_type: ClassVar[str] = "Microsoft.DBforPostgreSQL/flexibleServers"

    version: str = "16"
    minor_version: str = "4"

    def properties(self) -> dict[str, Any]:
        properties = super().properties() | {"minorVersion": self.minor_version}
        properties["storage"]["type"] = "PremiumV2_LRS"
        return properties


@dataclass
class MySqlServer(FlexibleServer):
    """A server of MySQL."""

    resource_type: ClassVar[str] = "Microsoft.DBforMySQL/flexibleServers"

    version: str = "8.0.21"

    def properties(self) -> dict[str, Any]:
        properties = super().properties()
        properties["storage"] |= {"iops": 684, "storageSku": "Premium_LRS"}
        return properties


ROUTES = (
    list_route(PostgreSqlServer, POSTGRESQL_VERSIONS),
    list_route(MySqlServer, MYSQL_VERSIONS),
)
