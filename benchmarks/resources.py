"""How fast 50,000 resources of sixteen kinds, eight of each of two clouds, are listed,
filtered, searched and priced.

Pages, the API and the admin, through all of Django on PostgreSQL, each beside the bare
SQL of the same queries.

    python -m benchmarks.resources [--resources 50000] [--rounds 20]
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from benchmarks.company import ACCOUNTS, REGIONS, Row, copy, write
from benchmarks.instances import CHARGES, show
from benchmarks.measure import in_child, report_child, save
from benchmarks.pages import all_answered, session, set_up, surroundings

RESOURCES = "BENCHMARK_RESOURCES"
API = "/api/v1/"
KINDS = (
    *("volumes", "snapshots", "buckets", "databases", "addresses"),
    *("nat-gateways", "load-balancers"),
)
SECTIONS = {
    "volume": "/storage/?kind=volume",
    "snapshot": "/storage/?kind=snapshot",
    "bucket": "/storage/?kind=bucket",
    "database": "/databases/?kind=database",
    "address": "/network/?kind=address",
    "nat-gateway": "/network/?kind=nat-gateway",
    "load-balancer": "/network/?kind=load-balancer",
}
QUESTIONS = {
    "page": "/resources/",
    "page, in the middle": "/resources/?page=50",
    "page, state": "/resources/?state=available",
    "page, region": "/resources/?region=eu-west-1",
    "page, account": "/resources/?account=000000000007",
    "page, tag": "/resources/?tag=team:team-7",
    "page, Azure": "/resources/?provider=azure",
    "page, a name": "/resources/?search=thing-0123",
    "page, a rare text": "/resources/?search=00fff",
    "page, no such text": "/resources/?search=nowhere",
    "page, by name": "/resources/?ordering=-name",
    **{f"page, {kind}": path for kind, path in SECTIONS.items()},
    "page, by size": "/storage/?kind=volume&ordering=-size_gib",
    "page, unattached": "/storage/?kind=volume&attached=false",
    "api": f"{API}resources/",
    "api, searched": f"{API}resources/?search=thing-0123",
    **{f"api, {kind}": f"{API}{kind}/" for kind in KINDS},
    "infrastructure": f"{API}infrastructure/resources/",
    "infrastructure, vms": f"{API}infrastructure/vms/",
    "infrastructure, storage": f"{API}infrastructure/storage/",
    "admin": "/admin/inventory/resource/",
    "admin, searched": "/admin/inventory/resource/?q=thing-0123",
    "admin, volumes": "/admin/inventory/volume/",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS])
    parser.add_argument("--resources", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    if options.part:
        report_child(PARTS[options.part])
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, options.rounds)
        environment |= {"DATABASE_URL": url, RESOURCES: str(options.resources)}
        in_child("benchmarks.resources", "made", environment)
        found = in_child("benchmarks.resources", "timed", environment)
    show(found["questions"], f"{options.resources} of {found['kinds']} kinds")
    save("resources", {"resources": options.resources, **found})


def made() -> Mapping[str, Any]:
    """An eighth of them machines with CPU, the others evenly of the other kinds."""
    set_up()
    from django.db import connection

    from clouds.models import CloudAccount
    from inventory.kinds import KINDS as EVERY
    from inventory.models import Resource

    now, count = datetime.now(UTC), int(os.environ[RESOURCES])
    machines = count // len(EVERY)
    write(now, machines=machines, per_day=CHARGES)
    # Every second account, so that each kind is one of AWS and one of Azure.
    CloudAccount.objects.filter(account_id__regex="[02468]$").update(provider="azure")
    kinds = [kind for kind in EVERY if EVERY[kind].model.__name__ != "Instance"]
    rows = list(others(now, machines + 1, count, [str(kind) for kind in kinds]))
    copy(Resource, rows)
    for kind in kinds:
        copy(EVERY[kind].model, (row for row in rows if row["kind"] == kind))
    store_prices(now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    session()
    return {}


def others(now: datetime, first: int, last: int, kinds: list[str]) -> Iterator[Row]:
    """The rows of Resource and of its children, which take what is theirs."""
    draw = random.Random(7)
    for key in range(first, last + 1):
        is_loose = key % 11 == 0
        machine = f"i-{key % max(first, 2):017x}"
        yield {
            "id": key,
            "resource_ptr_id": key,
            "account_id": key % ACCOUNTS + 1,
            "resource_id": f"thing-{key:017x}",
            "kind": kinds[key % len(kinds)],
            "region": draw.choice(REGIONS),
            "name": f"thing-{key:06}",
            "state": "available" if is_loose else "in-use",
            "tags": {"team": f"team-{key % 40}", "env": draw.choice(["prod", "dev"])},
            "first_seen_at": now - timedelta(days=100),
            "last_seen_at": now,
            "attached_to": "" if is_loose else machine,
            "volume_type": draw.choice(["gp2", "gp3"]),
            "size_gib": draw.choice([8, 80, 500]),
            "iops": 3000,
            "throughput_mib": 125,
            "storage_tier": "standard",
            "total_bytes": key << 24,
            "bytes_by_tier": {"StandardStorage": key << 24},
            "object_count": key,
            "engine": "postgres",
            "database_class": "db.m6g.large",
            "storage_gib": 200,
            "storage_type": "gp3",
            "ip": f"203.{key >> 16 & 255}.{key >> 8 & 255}.{key & 255}",
            "gateway_type": "public",
            "balancer_type": "application",
            "targets": 3,
        }


def store_prices(now: datetime) -> None:
    """The demo company's, which has two of these regions, the same for both clouds."""
    from dataclasses import asdict

    from inventory.kinds import Kind
    from pricing.models import InstancePrice, ResourcePrice
    from providers.demo.company import INSTANCE_TYPES, prices_of
    from providers.demo.resource_prices import resource_prices
    from providers.instance_types import family_of
    from providers.records import Market, ResourceMarket

    for provider, region in product(("aws", "azure"), REGIONS):
        families = {family_of(name) for name in INSTANCE_TYPES}
        of_instances = prices_of(Market(region, "Linux"), sorted(families))
        InstancePrice.objects.bulk_create(
            InstancePrice(provider=provider, read_at=now, **asdict(one))
            for one in of_instances
        )
        for kind in Kind:
            engine = "postgres" if kind == Kind.DATABASE else ""
            ResourcePrice.objects.bulk_create(
                ResourcePrice(provider=provider, read_at=now, **asdict(one))
                for one in resource_prices(ResourceMarket(region, kind, engine))
            )


def timed() -> Mapping[str, Any]:
    questions = all_answered(QUESTIONS)
    from inventory.models import Resource

    # As each cloud has its own.
    of_clouds = Resource.objects.order_by().values("account__provider", "kind")
    return {"questions": questions, "kinds": of_clouds.distinct().count()}


PARTS = {"made": made, "timed": timed}

if __name__ == "__main__":
    main()
