"""A small believable company: a payer, its members, their machines and their bill."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zlib import crc32

from core.testing.aws_emulator.identity import DEFAULT_ACCOUNT
from core.testing.aws_emulator.price_list import product
from core.testing.aws_emulator.resource_products import products_of_region
from core.testing.aws_emulator.sample_resources import fill_resources
from core.testing.aws_emulator.world import EmulatedInstance, LineItem

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]
MEMBER_NAMES = ("production", "staging", "data", "sandbox")
ROLE, ACTING_ROLE = "cloudintel", "cloudintel-acting"
EXTERNAL_ID = "sample-external-id"
TYPES = ("t3.micro", "t3.large", "m5.xlarge", "c5.2xlarge", "r5.large")
# vCPUs, memory and dollars an hour of those and of what they could become.
PRODUCTS = {
    "t3.micro": (2, "1 GiB", "0.0104000000"),
    "t3.medium": (2, "4 GiB", "0.0416000000"),
    "t3.large": (2, "8 GiB", "0.0832000000"),
    "m5.large": (2, "8 GiB", "0.0960000000"),
    "m5.xlarge": (4, "16 GiB", "0.1920000000"),
    "c5.large": (2, "4 GiB", "0.0850000000"),
    "c5.xlarge": (4, "8 GiB", "0.1700000000"),
    "c5.2xlarge": (8, "16 GiB", "0.3400000000"),
    "r5.large": (2, "16 GiB", "0.1260000000"),
}
JOBS = ("web", "api", "worker", "db", "cache")
# Dollars a day, and the share of weekdays' cost that remains at weekends.
SERVICES = {
    "Amazon Elastic Compute Cloud - Compute": (Decimal("84.20"), Decimal("0.8")),
    "EC2 - Other": (Decimal("21.75"), Decimal("0.9")),
    "Amazon Relational Database Service": (Decimal("38.40"), Decimal(1)),
    "Amazon Simple Storage Service": (Decimal("12.05"), Decimal(1)),
    "AmazonCloudWatch": (Decimal("3.31"), Decimal("0.9")),
    "AWS Lambda": (Decimal("1.47"), Decimal("0.5")),
}
TAX_RATE = Decimal("0.19")
INCIDENT_DAYS_AGO = 12  # a day when data transfer tripled
DAYS_AHEAD = 60  # so that a server left running has a bill tomorrow, too


def fill(aws: EmulatedAws, accounts: int, instances: int, days: int) -> None:
    """Puts the company into the emulator, its history ending now."""
    members = {
        f"{200_000_000_000 + number}": _member_name(number)
        for number in range(1, accounts)
    }
    aws.world(DEFAULT_ACCOUNT).name = "management"
    aws.add_organization(DEFAULT_ACCOUNT, members)
    owners = list(members) or [DEFAULT_ACCOUNT]
    for account_id in (DEFAULT_ACCOUNT, *members):
        world = aws.world(account_id)
        world.regions = list(REGIONS)
        world.roles = {ROLE: EXTERNAL_ID, ACTING_ROLE: EXTERNAL_ID}
    aws.products = [
        product(name, usd, region, vcpus=vcpus, memory=memory)
        for region in REGIONS
        for name, (vcpus, memory, usd) in PRODUCTS.items()
    ]
    for region in REGIONS:
        aws.products += products_of_region(region)
    for number in range(instances):
        world = aws.world(owners[number % len(owners)])
        world.add_instance(_instance(number, aws.now))
    for account_id in owners:
        fill_resources(aws.world(account_id), aws.now)
    payer = aws.world(DEFAULT_ACCOUNT)
    today = aws.now.date()
    for number in range(-DAYS_AHEAD, days):
        day = today - timedelta(days=number)
        for account_id in owners:
            payer.add_costs(_usage(day, account_id, today) + _others(day, account_id))


def _member_name(number: int) -> str:
    name = MEMBER_NAMES[(number - 1) % len(MEMBER_NAMES)]
    return name if number <= len(MEMBER_NAMES) else f"{name}-{number}"


def _instance(number: int, now: datetime) -> EmulatedInstance:
    """Most are at work; some idle, stopped, spot, Windows or without a name."""
    job = JOBS[number % len(JOBS)]
    stopped = number % 11 == 5
    return EmulatedInstance(
        instance_id=f"i-{crc32(str(number).encode()):08x}{number:09x}",
        region=REGIONS[number // 2 % len(REGIONS)],
        instance_type=TYPES[number // 3 % len(TYPES)],
        state="stopped" if stopped else "running",
        launched_at=now - timedelta(days=20 + number * 37 % 300, hours=number % 24),
        stopped_since=now - timedelta(days=3 + number % 40) if stopped else None,
        name=None if number % 9 == 4 else f"{job}-{number // len(JOBS) + 1}",
        tags={"team": ("shop", "platform", "data")[number % 3]},
        platform="windows" if number % 13 == 7 else None,
        lifecycle="spot" if number % 8 == 6 else None,
        private_ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        cpu_percent=0.6 if number % 7 == 3 else None,
        memory_percent=20.0 + number * 7 % 60 if number % 3 else None,
    )


def _usage(day: date, account_id: str, today: date) -> list[LineItem]:
    items = []
    for service, (dollars, weekend_share) in SERVICES.items():
        for share, region in zip(("0.6", "0.3", "0.1"), REGIONS, strict=True):
            amount = dollars * Decimal(share) * _noise(day, account_id, service)
            if day.weekday() >= 5:
                amount *= weekend_share
            if service == "EC2 - Other" and (today - day).days == INCIDENT_DAYS_AGO:
                amount *= 3
            items.append(
                LineItem(
                    *(day, service, region, "Usage", amount),
                    amortized=amount * Decimal("1.04"),
                    linked_account=account_id,
                )
            )
    return items


def _others(day: date, account_id: str) -> list[LineItem]:
    """Tax and a credit, which land on the first of the month."""
    if day.day != 1:
        return []
    month = sum(dollars for dollars, _ in SERVICES.values()) * 28
    tax = (month * TAX_RATE).quantize(Decimal("0.01"))
    return [
        LineItem(day, "Tax", "", "Tax", tax, linked_account=account_id),
        LineItem(
            *(day, "Amazon Elastic Compute Cloud - Compute", "us-east-1", "Credit"),
            Decimal("-50.00"),
            linked_account=account_id,
        ),
    ]


def _noise(day: date, account_id: str, service: str) -> Decimal:
    """Between 0.95 and 1.05, the same each time."""
    seed = crc32(f"{day} {account_id} {service}".encode())
    return Decimal(9_500 + seed % 1_000) / 10_000
