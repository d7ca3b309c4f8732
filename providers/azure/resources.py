"""What the lists of a subscription's resources have in common.

Azure lists a kind of all regions at once. Its ids differ in case from one answer to
the next, so they are joined, and stored, in lower case.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from providers.azure.azure_errors import is_unregistered
from providers.azure.client import AzureClient, Question, understood
from providers.azure.resource_ids import region_name, resource_group_of
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import RegionResources
from providers.side_by_side import side_by_side

LOCATIONS_VERSION = "2022-12-01"


class InRegion(Protocol):
    @property
    def region(self) -> str: ...


R = TypeVar("R", bound=InRegion)
T = TypeVar("T")


def fetch_regions(client: AzureClient) -> list[str]:
    """Return the regions that the subscription can use. Raise ProviderError."""
    question = Question(
        what=f"Regions of {client.account}",
        operation="Microsoft.Resources/subscriptions/locations",
        path=f"{client.account.scope}/locations",
        api_version=LOCATIONS_VERSION,
    )
    with understood(question):
        return sorted(
            raw["name"].lower()
            for raw in client.values(question)
            # Others, such as "europe", are names for several.
            if raw.get("metadata", {}).get("regionType") != "Logical"
        )


def list_kind(
    client: AzureClient,
    what: str,
    kind: str,
    api_version: str,
    normalize: Callable[[Mapping[str, Any]], T],
) -> Iterator[T]:
    """Return all of a kind, such as "Microsoft.Compute/disks". Raise ProviderError."""
    question = Question(
        what=f"{what} of {client.account}",
        operation=kind,
        path=f"{client.account.scope}/providers/{kind}",
        api_version=api_version,
    )
    with understood(question):
        for raw in listed(client, question):
            yield normalize(raw)


def listed(client: AzureClient, question: Question) -> Iterator[Any]:
    """Return the items of a list. Raise ProviderError.

    A subscription in which the kind's provider is not registered has none, which is
    no failure: none can be made there, and a provider whose resources exist can't be
    unregistered
    (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types).
    """
    has_some = False
    try:
        for raw in client.values(question):
            has_some = True
            yield raw
    except ProviderError as error:
        if has_some or not is_unregistered(error):
            raise


def in_regions(resources: Iterable[R]) -> Mapping[str, list[R]]:
    found: dict[str, list[R]] = {}
    for one in resources:
        found.setdefault(one.region, []).append(one)
    return found


def read_regions(
    client: AzureClient,
    known: Collection[str],
    read: Callable[[str], RegionResources],
    progress: Progress,
    what: str = "resources",
) -> Iterator[RegionResources]:
    """Return what `read` answers of each region, read side by side; what it raises
    makes its region fail.

    Beside the known ones every region of the subscription is read, so that what is
    gone from one that has nothing left is known to be. Raises ProviderError.
    """
    regions = sorted({*known, *fetch_regions(client)})
    jobs = [partial(_read, region, read) for region in regions]
    for part in side_by_side(jobs, client.options.region_workers):
        if part.resources:
            progress(f"{part.region}: {len(part.resources)} {what}")
        yield part


def _read(
    region: str, read: Callable[[str], RegionResources]
) -> Iterator[RegionResources]:
    try:
        yield read(region)
    except ProviderError as error:
        yield RegionResources(region, error=error)


def described(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a ResourceRecord that every kind has alike."""
    return {
        "resource_id": raw["id"].lower(),
        "region": region_name(raw["location"]),
        "name": raw["name"],
        "resource_group": resource_group_of(raw["id"]),
        "tags": raw.get("tags") or {},
    }


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
