"""What the emulated Azure's lists are read as."""

from collections.abc import Callable, Iterator

from providers.base import Progress
from providers.records import RegionResources, ResourceRecord

Fetch = Callable[[Progress], Iterator[RegionResources]]


def by_region(fetch: Fetch) -> dict[str, RegionResources]:
    return {part.region: part for part in fetch(lambda _: None)}


def by_name(fetch: Fetch) -> dict[str, ResourceRecord]:
    """Return those of all regions, which must have been read without error."""
    parts = by_region(fetch).values()
    assert [part.error for part in parts if part.error] == []
    return {one.name: one for part in parts for one in part.resources}
