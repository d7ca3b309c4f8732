"""The price list of the company's cloud: what its bill is drawn from."""

from collections.abc import Iterator, Sequence

from providers.demo.company import (
    CURRENCY,
    INSTANCE_TYPES,
    PREVIOUS_GENERATION,
    REGION_PRICE_FACTOR,
    hourly_usd,
)
from providers.records import InstancePriceRecord

# EC2's name of each platform.
PLATFORMS = {"Linux": "", "Windows": "windows"}


def prices_of(
    region: str, operating_system: str, families: Sequence[str]
) -> Iterator[InstancePriceRecord]:
    """Every size of these families; none in a region or system that is not sold."""
    if region not in REGION_PRICE_FACTOR or operating_system not in PLATFORMS:
        return
    for name, size in INSTANCE_TYPES.items():
        family = name.partition(".")[0]
        no_windows = size.architecture == "arm64" and operating_system == "Windows"
        if family not in families or no_windows:
            continue
        yield InstancePriceRecord(
            region=region,
            instance_type=name,
            operating_system=operating_system,
            hourly=hourly_usd(name, region, PLATFORMS[operating_system]),
            currency=CURRENCY,
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            architecture=size.architecture,
            is_current_generation=family not in PREVIOUS_GENERATION,
        )
