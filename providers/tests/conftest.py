"""The emulated Azure, with one subscription."""

from collections.abc import Iterator

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from providers.tests.azure_reads import NOW


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(NOW) as emulated:
        emulated.quotas.lift()
        yield emulated


@pytest.fixture
def subscription(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription()
