"""Northpeak Outdoor, the invented online shop: its accounts, regions and prices.

Days are offsets from the anchor, the day the demo was built: -40 is forty days before.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from providers.instance_types import family_of
from providers.records import InstancePriceRecord, Market

COMPANY_NAME = "Northpeak Outdoor"
CURRENCY = "USD"
# A year to compare with and a month to spare.
HISTORY_DAYS = 400

# AWS hands out no account id that starts with ten zeros, nor Azure such an id.
PRODUCTION = "000000000011"
STAGING = "000000000022"
DATA_PLATFORM = "000000000033"
STORES = "00000000-0000-0000-0000-000000000044"

VIRGINIA = "us-east-1"
IRELAND = "eu-west-1"
SYDNEY = "ap-southeast-2"
WEST_EUROPE = "westeurope"
NORTH_EUROPE = "northeurope"


class Cloud(StrEnum):
    AWS = "aws"
    AZURE = "azure"


REGIONS = {
    Cloud.AWS: (VIRGINIA, IRELAND, SYDNEY),
    Cloud.AZURE: (WEST_EUROPE, NORTH_EUROPE),
}


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    name: str
    cloud: Cloud


ACCOUNTS = (
    Account(PRODUCTION, "production", Cloud.AWS),
    Account(STAGING, "staging", Cloud.AWS),
    Account(DATA_PLATFORM, "data-platform", Cloud.AWS),
    Account(STORES, "stores", Cloud.AZURE),
)
ACCOUNT_IDS = {account.name: account.account_id for account in ACCOUNTS}
CLOUD_OF = {account.account_id: account.cloud for account in ACCOUNTS}


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A size of machine. `hourly_usd` is on demand, Linux, where the factor is 1."""

    vcpus: int
    memory_mib: int
    hourly_usd: Decimal
    architecture: str


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file beside this one, by column."""
    with (Path(__file__).parent / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


INSTANCE_TYPES = {
    row["name"]: InstanceType(
        vcpus=int(row["vcpus"]),
        memory_mib=int(row["memory_mib"]),
        hourly_usd=Decimal(row["hourly_usd"]),
        architecture=row["architecture"],
    )
    for row in table("instance_types")
}
# AWS still rents these but advises against them.
PREVIOUS_GENERATION = ("t2", "m4")

REGION_PRICE_FACTOR = {
    VIRGINIA: Decimal("1.00"),
    IRELAND: Decimal("1.11"),
    SYDNEY: Decimal("1.25"),
    WEST_EUROPE: Decimal("1.20"),
    NORTH_EUROPE: Decimal("1.11"),
}
# EC2's name of each platform.
PLATFORMS = {"Linux": "", "Windows": "windows"}
TENANCY = "Shared"
# Windows adds this for every vCPU and hour; spot costs this share of on demand.
WINDOWS_USD_PER_VCPU_HOUR = Decimal("0.046")
SPOT_SHARE = Decimal("0.35")
# What an hour of a machine costs that is reserved for a year, nothing upfront.
COMMITTED_SHARE = Decimal("0.63")
# gp3 at $0.08 per GiB and month of 730 hours.
DISK_USD_PER_GIB_HOUR = Decimal("0.00010959")


def cloud_of_type(instance_type: str) -> Cloud:
    return Cloud.AZURE if instance_type.startswith("Standard_") else Cloud.AWS


def hourly_usd(
    instance_type: str, region: str, platform: str = "", lifecycle: str = "on-demand"
) -> Decimal:
    """Return what one running hour costs, to the hundredth of a cent."""
    size = INSTANCE_TYPES[instance_type]
    price = size.hourly_usd * REGION_PRICE_FACTOR[region]
    if lifecycle == "spot":
        price *= SPOT_SHARE
    if platform == "windows":
        price += WINDOWS_USD_PER_VCPU_HOUR * size.vcpus
    return price.quantize(Decimal("0.0001"))


def prices_of(market: Market, families: Sequence[str]) -> Iterator[InstancePriceRecord]:
    """Every size of these families; none in a market that is not sold."""
    region, operating_system, tenancy = market
    is_sold = region in REGION_PRICE_FACTOR and operating_system in PLATFORMS
    if not is_sold or tenancy != TENANCY:
        return
    for name, size in INSTANCE_TYPES.items():
        family = family_of(name)
        is_there = region in REGIONS[cloud_of_type(name)]
        no_windows = size.architecture == "arm64" and operating_system == "Windows"
        if family not in families or no_windows or not is_there:
            continue
        yield InstancePriceRecord(
            **market._asdict(),
            instance_type=name,
            hourly=hourly_usd(name, region, PLATFORMS[operating_system]),
            currency=CURRENCY,
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            architecture=size.architecture,
            is_current_generation=family not in PREVIOUS_GENERATION,
            committed_hourly=_committed(name, region, PLATFORMS[operating_system]),
        )


def _committed(name: str, region: str, platform: str) -> Decimal:
    """Return what an hour of it costs for a year; a license costs what it did."""
    saved = hourly_usd(name, region) * (1 - COMMITTED_SHARE)
    return hourly_usd(name, region, platform) - saved.quantize(Decimal("0.0001"))
