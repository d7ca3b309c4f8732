"""A small believable company: two subscriptions, their machines and one bill."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator.resource_meters import (
    meters_of_all_regions,
    meters_of_region,
)
from core.testing.azure_emulator.retail_prices import prices_of_region
from core.testing.azure_emulator.sample_resources import add_resources
from core.testing.azure_emulator.world import AzureWorld, EmulatedSubscription

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

SUBSCRIPTIONS = {
    "aaaaaaaa-0000-4000-8000-000000000001": "production",
    "aaaaaaaa-0000-4000-8000-000000000002": "staging",
}
BILLING_ACCOUNT = "8608480"
SIZES = (
    *("Standard_B2ms", "Standard_D2s_v5", "Standard_D4s_v5"),
    *("Standard_E4s_v5", "Standard_F4s_v2"),
)
GROUPS = ("Shop-RG", "data-Platform", "NETWORK")
JOBS = ("web", "api", "worker", "db", "cache")
TEAMS = ("shop", "platform", "data")
# Euros a day of a subscription, and the share of weekdays' cost that weekends have.
SERVICES = {
    "Azure App Service": (31.40, 1.0),
    "Azure Database for PostgreSQL": (24.85, 1.0),
    "Bandwidth": (9.12, 0.6),
    "Azure Monitor": (6.37, 0.9),
    "Load Balancer": (2.64, 1.0),
    "Azure DNS": (0.11, 1.0),
}
RESERVATION, RESERVATION_DAYS = 2_190.0, 365
INCIDENT_DAYS_AGO = 12  # a day when bandwidth quadrupled
DAYS_AHEAD = 60  # so that a server left running has a bill tomorrow, too


def fill(azure: EmulatedAzure, vms: int, months: int) -> None:
    """Puts the company into the emulator, its history ending now."""
    world = azure.world
    world.currency = "EUR"
    owners = [
        world.add_subscription(each, name) for each, name in SUBSCRIPTIONS.items()
    ]
    world.add_billing_scope(BILLING_ACCOUNT)
    azure.prices = [
        item
        for region in world.regions
        for item in (*prices_of_region(region), *meters_of_region(region))
    ]
    azure.prices += meters_of_all_regions()
    for number in range(vms):
        # Most are in production.
        owner = owners[number % 3 == 2]
        owner.add_vm(**_machine(number, world, azure.now, months))
    fields = {"group": "Shop-RG", "tags": {"team": "shop"}}
    owners[0].add_scale_set("Front", instances=3, **fields)
    owners[0].add_scale_set("Workers", instances=2, mode="Flexible", **fields)
    for owner in owners:
        add_resources(owner, azure.now)
    _add_bill(world, owners, azure.now.date(), months)


def _machine(
    number: int, world: AzureWorld, now: datetime, months: int
) -> dict[str, Any]:
    """Most are at work; some idle, off, stopped but paid, spot or Windows."""
    power: str | None = "running"
    if number % 11 == 5:
        power = "deallocated"
    elif number % 17 == 9:
        power = "stopped"
    elif number % 31 == 30:
        power = None
    windows = number % 7 == 3
    off_since = now - timedelta(days=3 + number % 40)
    return {
        "name": f"{JOBS[number % len(JOBS)]}-{number // len(JOBS) + 1:02}",
        "group": GROUPS[number // 2 % len(GROUPS)],
        "location": world.regions[number // 5 % len(world.regions)],
        "size": SIZES[number // 3 % len(SIZES)],
        "power": power,
        "os_type": "Windows" if windows else "Linux",
        "license_type": "Windows_Server" if windows and number % 2 else "",
        "priority": "Spot" if number % 13 == 8 else "Regular",
        "tags": {"Team": TEAMS[number % 3]} if number % 9 != 4 else {},
        "created_at": now - timedelta(days=20 + number * 37 % (months * 30)),
        "deallocated_at": off_since if power == "deallocated" else None,
        "cpu_percent": 0.7 if number % 7 == 6 else None,
        "memory_percent": 15 + number * 23 % 70,
    }


def _add_bill(
    world: AzureWorld, owners: list[EmulatedSubscription], today: date, months: int
) -> None:
    first = today - timedelta(days=months * 30)
    world.add_reservation(
        *(first, RESERVATION),
        days=RESERVATION_DAYS,
        used=0.8,
        subscription=owners[0],
    )
    for number in range((today - first).days + DAYS_AHEAD):
        day = first + timedelta(days=number)
        world.bill_machines(day)
        for owner in owners:
            for service in SERVICES:
                _add_service(world, owner, service, day, today)
        if day.day == 1:
            world.cost(day, "Azure Support", 85.0, charge_type="Purchase")


def _add_service(
    world: AzureWorld,
    owner: EmulatedSubscription,
    service: str,
    day: date,
    today: date,
) -> None:
    amount, weekend_share = SERVICES[service]
    if owner.name != "production":
        amount *= 0.3
    if day.weekday() >= 5:
        amount *= weekend_share
    if service == "Bandwidth" and (today - day).days == INCIDENT_DAYS_AGO:
        amount *= 4
    noise = 0.95 + crc32(f"{day} {owner.name} {service}".encode()) % 1_000 / 10_000
    world.cost(
        *(day, service, amount * noise),
        subscription=owner,
        # Some charges belong to no group.
        resource_group="" if service == "Azure DNS" else GROUPS[len(service) % 3],
        location="EU West" if service == "Bandwidth" else "westeurope",
        tags={"team": TEAMS[len(service) % 3]} if service != "Bandwidth" else {},
    )
