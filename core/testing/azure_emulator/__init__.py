"""A strict Azure to test against, on a local port. See README.md beside this file."""

from core.testing.azure_emulator.azure import EmulatedAzure
from core.testing.azure_emulator.bill import Charge
from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet
from core.testing.azure_emulator.wire import AzureError, Call
from core.testing.azure_emulator.world import AzureWorld, EmulatedSubscription

__all__ = [
    "AzureError",
    "AzureWorld",
    "Call",
    "Charge",
    "EmulatedAzure",
    "EmulatedSubscription",
    "EmulatedVm",
    "ScaleSet",
]
