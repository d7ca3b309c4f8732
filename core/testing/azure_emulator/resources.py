"""Resources other than machines: what all have alike, and how a kind is listed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from core.testing.azure_emulator.machines import CREATED
from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

RESOURCES_A_PAGE = 100


@dataclass
class EmulatedResource:
    """One resource. Everything may be changed while the emulator runs."""

    resource_type: ClassVar[str] = ""

    subscription_id: str
    name: str
    group: str = "Shop-RG"  # mixed case, and each API has its own
    location: str = "westeurope"
    tags: dict[str, str] = field(default_factory=dict)
    created_at: datetime = CREATED
    # What its metrics have each minute, by their names; others have no points.
    use: dict[str, float] = field(default_factory=dict)
    metric_error: str = ""  # what its metrics' errorCode is instead of Success

    @property
    def id(self) -> str:
        """Its resource id as it was created."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/{self.resource_type}/{self.name}"
        )

    def listed(self) -> dict[str, Any]:
        """It as an entry of a list."""
        entry: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "type": self.resource_type,
            "location": self.location,
            "properties": self.properties(),
        }
        return entry | ({"tags": self.tags} if self.tags else {})

    def properties(self) -> dict[str, Any]:
        """What only its kind has."""
        raise NotImplementedError


def list_route(kind: type[EmulatedResource], versions: Collection[str]) -> Route:
    """The list of all of a kind in a subscription."""
    return Route(
        f"{kind.resource_type}/read",
        "GET",
        path_of(f"{SUBSCRIPTION}/providers/{re.escape(kind.resource_type)}"),
        partial(_list, kind),
        frozenset(versions),
        namespace=kind.resource_type.partition("/")[0],
    )


def _list(kind: type[EmulatedResource], azure: EmulatedAzure, call: Call) -> Answer:
    resources = azure.world.subscriptions[call.subscription_id].resources.values()
    return page_of(azure, call, [one for one in resources if isinstance(one, kind)])


def page_of(
    azure: EmulatedAzure, call: Call, resources: list[EmulatedResource]
) -> Answer:
    """A page of them."""
    page, link = azure.page(call, resources, RESOURCES_A_PAGE)
    content: dict[str, Any] = {"value": [one.listed() for one in page]}
    return Answer(content | ({"nextLink": link} if link else {}))
