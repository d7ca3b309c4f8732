"""The emulated Azure Advisor: recommendations by category, in pages."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.testing.azure_emulator import EmulatedAzure, Recommendation
from core.testing.azure_emulator.clients import Reply, ask

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        shop = emulated.world.add_subscription(name="shop")
        vm = shop.add_vm("Web")
        shop.add(Recommendation, "resize", about=vm.id, suppressed=True)
        shop.add(Recommendation, "slow", category="Performance")
        yield emulated


def asked(azure: EmulatedAzure, **parameters: str) -> Reply:
    (shop,) = azure.world.subscriptions.values()
    path = f"{shop.id}/providers/Microsoft.Advisor/recommendations"
    return ask(azure, path, **parameters)


def test_a_category_can_be_asked_for_alone(azure: EmulatedAzure) -> None:
    assert len(asked(azure).json["value"]) == 2
    (found,) = asked(azure, **{"$filter": "Category eq 'Cost'"}).json["value"]
    properties = found["properties"]
    assert "/SHOP-RG/" in properties["resourceMetadata"]["resourceId"]
    assert len(properties["suppressionIds"]) == 1


@pytest.mark.parametrize("wrong", ["Category eq Cost", "Category eq 'Money'", "x"])
def test_another_filter_is_refused(azure: EmulatedAzure, wrong: str) -> None:
    reply = asked(azure, **{"$filter": wrong})
    assert (reply.status, reply.code) == (400, "InvalidFilter")


def test_one_about_no_resource_is_about_the_subscription(azure: EmulatedAzure) -> None:
    (found,) = asked(azure, **{"$filter": "Category eq 'Performance'"}).json["value"]
    about = found["properties"]["resourceMetadata"]["resourceId"]
    assert found["id"].startswith(f"{about}/providers/Microsoft.Advisor/")
    assert about.count("/") == 2
    assert "suppressionIds" not in found["properties"]
