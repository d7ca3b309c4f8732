"""Microsoft.Storage: accounts, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from core.testing.azure_emulator.compute import seven_decimals
from core.testing.azure_emulator.resources import EmulatedResource, list_route

VERSIONS = {"2022-09-01", "2023-01-01", "2023-05-01", "2024-01-01", "2025-01-01"}
# Each is measured, also where nothing is in it.
TIERS = ("Hot", "Cool", "Cold", "Archive")
FILES_ALONE = "FileStorage"


@dataclass
class StorageAccount(EmulatedResource):
    """An account. Its bytes are known to the metrics alone."""

    resource_type: ClassVar[str] = "Microsoft.Storage/storageAccounts"

    kind: str = "StorageV2"
    sku: str = "Standard_LRS"
    access_tier: str = "Hot"  # "": of kinds that have none
    status: str = "available"
    bytes_by_tier: dict[str, int] = field(default_factory=dict)  # of blobs
    other_bytes: int = 0  # in files, queues and tables
    blobs: int = 0
    # What a tier, which is then measured no more, had until a day ago.
    emptied: dict[str, int] = field(default_factory=dict)
    measured_hours_ago: int | None = 3  # None: not yet at all

    def listed(self) -> dict[str, Any]:
        return super().listed() | {
            "kind": self.kind,
            "sku": {"name": self.sku, "tier": self.sku.partition("_")[0]},
        }

    def properties(self) -> dict[str, Any]:
        properties = {
            "creationTime": seven_decimals(self.created_at),
            "primaryLocation": self.location,
            "primaryEndpoints": {"blob": f"https://{self.name}.blob.core.windows.net/"},
            "statusOfPrimary": self.status,
            "provisioningState": "Succeeded",
        }
        return properties | (
            {"accessTier": self.access_tier} if self.access_tier else {}
        )

    def measured_until(self, now: datetime) -> datetime | None:
        """The last hour that its metrics know of."""
        if self.measured_hours_ago is None:
            return None
        hour = now.replace(minute=0, second=0, microsecond=0)
        return hour - timedelta(hours=self.measured_hours_ago)


ROUTES = (list_route(StorageAccount, VERSIONS),)
