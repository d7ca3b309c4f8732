"""The regions of an account, each read beside the others."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.base import Progress
from providers.side_by_side import side_by_side

T = TypeVar("T")


def fetch_regions(clients: AwsClients) -> Sequence[str]:
    """Return the account's own choice, else every region enabled for it."""
    if clients.account.settings.regions:
        return clients.account.settings.regions
    with aws_errors("Enabled regions (ec2:DescribeRegions)"):
        answer = clients.ec2(clients.partition.home).describe_regions()
    return sorted(region["RegionName"] for region in answer["Regions"])


def read_regions(
    clients: AwsClients,
    progress: Progress,
    read: Callable[[AwsClients, str], Iterator[str | T]],
) -> Iterator[T]:
    """Yield what `read` yields of each region; its texts are progress.

    Raises ProviderError when not even the regions are known.
    """
    _ = clients.identity  # wrong credentials are no fault of each region
    jobs = [partial(read, clients, region) for region in fetch_regions(clients)]
    for item in side_by_side(jobs, clients.options.region_workers):
        if isinstance(item, str):
            progress(item)
        else:
            yield item
