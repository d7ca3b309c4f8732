"""A strict Azure to test against, on a local port. See README.md beside this file."""

from core.testing.azure_emulator.advisor import Recommendation
from core.testing.azure_emulator.azure import EmulatedAzure
from core.testing.azure_emulator.bill import Charge
from core.testing.azure_emulator.disks import Disk, Snapshot
from core.testing.azure_emulator.flexible_servers import MySqlServer, PostgreSqlServer
from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet
from core.testing.azure_emulator.network import (
    ApplicationGateway,
    LoadBalancer,
    NatGateway,
    NetworkInterface,
    PublicIp,
)
from core.testing.azure_emulator.sql import SqlDatabase, SqlServer
from core.testing.azure_emulator.storage_accounts import StorageAccount
from core.testing.azure_emulator.wire import AzureError, Call
from core.testing.azure_emulator.world import AzureWorld, EmulatedSubscription

__all__ = [
    "ApplicationGateway",
    "AzureError",
    "AzureWorld",
    "Call",
    "Charge",
    "Disk",
    "EmulatedAzure",
    "EmulatedSubscription",
    "EmulatedVm",
    "LoadBalancer",
    "MySqlServer",
    "NatGateway",
    "NetworkInterface",
    "PostgreSqlServer",
    "PublicIp",
    "Recommendation",
    "ScaleSet",
    "Snapshot",
    "SqlDatabase",
    "SqlServer",
    "StorageAccount",
]
