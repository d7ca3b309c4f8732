"""Microsoft.Advisor: what it found last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from core.testing.azure_emulator.compute import seven_decimals, upper_group
from core.testing.azure_emulator.machines import guid
from core.testing.azure_emulator.resources import EmulatedResource, page_of
from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

VERSIONS = frozenset({"2017-04-19", "2020-01-01", "2023-01-01"})
CATEGORIES = ("Cost", "Performance", "Security", "HighAvailability")


@dataclass
class Recommendation(EmulatedResource):
    """One recommendation, of a resource or, for a commitment, of the subscription."""

    resource_type: ClassVar[str] = "Microsoft.Advisor/recommendations"

    category: str = "Cost"
    about: str = ""  # the id of a resource; "": the subscription
    about_type: str = "Microsoft.Compute/virtualMachines"
    impact: str = "High"
    problem: str = "Right-size or shutdown underutilized virtual machines"
    extended: dict[str, str] = field(default_factory=dict)  # all of them texts
    suppressed: bool = False

    @property
    def id(self) -> str:
        about = self.about or f"/subscriptions/{self.subscription_id}"
        return f"{about}/providers/{self.resource_type}/{guid(self.name)}"

    def listed(self) -> dict[str, Any]:
        """Without a place and tags, as no resource of its own."""
        entry = {"id": self.id, "name": guid(self.name), "type": self.resource_type}
        return entry | {"properties": self.properties()}

    def properties(self) -> dict[str, Any]:
        about = self.about or f"/subscriptions/{self.subscription_id}"
        properties: dict[str, Any] = {
            "category": self.category,
            "impact": self.impact,
            "impactedField": self.about_type,
            "impactedValue": about.rpartition("/")[2],
            "lastUpdated": seven_decimals(self.created_at),
            "recommendationTypeId": guid(self.problem),
            "shortDescription": {"problem": self.problem, "solution": self.problem},
            # Its group in another case than in the list of machines.
            "resourceMetadata": {
                "resourceId": upper_group(about) if self.about else about
            },
            "extendedProperties": self.extended,
        }
        return properties | (
            {"suppressionIds": [guid("dismissed")]} if self.suppressed else {}
        )


def list_recommendations(azure: EmulatedAzure, call: Call) -> Answer:
    """Those of a category, or of all."""
    asked = call.parameters.get("$filter", "")
    named = asked.removeprefix("Category eq ").strip("'")
    if asked and (named not in CATEGORIES or asked != f"Category eq '{named}'"):
        raise AzureError("InvalidFilter", f"The filter '{asked}' is invalid.")
    resources = azure.world.subscriptions[call.subscription_id].resources.values()
    found: list[EmulatedResource] = [
        one
        for one in resources
        if isinstance(one, Recommendation) and (not asked or one.category == named)
    ]
    return page_of(azure, call, found)


ROUTES = (
    Route(
        f"{Recommendation.resource_type}/read",
        "GET",
        path_of(f"{SUBSCRIPTION}/providers/Microsoft.Advisor/recommendations"),
        list_recommendations,
        VERSIONS,
        namespace="Microsoft.Advisor",
    ),
)
