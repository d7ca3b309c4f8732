"""What lies in regions beside instances: every page of each kind, or the error."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from providers.aws.client import AwsClients
from providers.aws.regions import read_regions
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import RegionResources, ResourceRecord

Kind = Callable[[AwsClients, str], Iterator[Sequence[ResourceRecord] | ProviderError]]
"""Yields the pages of a region, and errors of what they lack; raises ProviderError
where they can't be read."""


def fetch_resources(
    clients: AwsClients, progress: Progress, *kinds: Kind
) -> Iterator[RegionResources]:
    """Return each region's resources of these kinds, regions read side by side.

    A region that can't be read carries its error; others are not touched by it.
    Raises ProviderError when not even the regions are known.
    """

    def read(clients: AwsClients, region: str) -> Iterator[str | RegionResources]:
        found: list[ResourceRecord] = []
        warnings: list[ProviderError] = []
        try:
            for kind in kinds:
                for page in kind(clients, region):
                    if isinstance(page, ProviderError):
                        warnings.append(page)
                        continue
                    found += page
                    yield f"{region}: {len(found)} resources"
        except ProviderError as error:
            yield RegionResources(region, error=error)
            return
        yield RegionResources(region, found, warning=next(iter(warnings), None))

    return read_regions(clients, progress, read)


def tags_of(raw: Sequence[Mapping[str, object]]) -> dict[str, str]:
    return {str(tag["Key"]): str(tag["Value"]) for tag in raw}
