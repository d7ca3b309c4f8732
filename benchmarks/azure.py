"""Machines of a subscription, and 14 days of their CPU and memory, from an emulated
Azure into PostgreSQL.

The floor is azure-core's pipeline alone making the same requests, one after the other,
and keeping nothing. The emulator runs in a process of its own, so that its work is
nobody's.

    python -m benchmarks.azure [--machines 10000] [--rounds 3]
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from benchmarks.measure import (
    clock,
    divided,
    emulated_cloud,
    in_child,
    report_child,
    save,
    spread,
)

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
REGIONS = ["westeurope", "northeurope", "eastus"]
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
DAYS = 14
END = NOW.replace(hour=0)
START = END - timedelta(days=DAYS)
MACHINES_A_PAGE, MACHINES_A_BATCH = 200, 50
GOAL, GOAL_MB = 1.3, 300
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
COMPUTE = f"{SCOPE}/providers/Microsoft.Compute"


def serve() -> None:
    """The emulator, until its input ends."""
    from core.testing.azure_emulator import EmulatedAzure

    with EmulatedAzure(now=NOW) as azure:
        azure.quotas.lift()
        azure.world.regions = REGIONS
        owner = azure.world.add_subscription(SUBSCRIPTION, "benchmark")
        for number in range(int(os.environ["MACHINES"])):
            owner.add_vm(
                f"node-{number:05}",
                group=f"group-{number % 40}",
                location=REGIONS[number % len(REGIONS)],
                created_at=NOW - timedelta(days=100),
                tags={"env": "production"},
            )
        print(azure.endpoint_url, flush=True)
        sys.stdin.read()


def bare() -> Mapping[str, Any]:
    """azure-core alone: the same requests, their answers parsed and dropped."""
    from azure.core.pipeline.policies import HeadersPolicy
    from azure.core.rest import HttpRequest
    from azure.mgmt.core import ARMPipelineClient

    from core.testing.azure_emulator.identity import ACCESS_TOKEN
    from providers.azure import compute

    url = os.environ["AZURE_ENDPOINT_URL"]
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}", "ClientType": "benchmark"}
    pipeline: Any = ARMPipelineClient(url, policies=[HeadersPolicy(headers)])
    requests = 0

    def answer(address: str, body: Any = None) -> Any:
        nonlocal requests
        requests += 1
        method = "GET" if body is None else "POST"
        response = pipeline.send_request(HttpRequest(method, address, json=body))
        return json.loads(response.read())

    def listed(path: str, query: str) -> Iterator[Any]:
        address = f"{url}{COMPUTE}/{path}?{query}"
        while address:
            page = answer(address)
            yield from page["value"]
            address = page.get("nextLink")

    with clock() as seconds:
        for _ in range(2):  # by each sync
            answer(f"{url}{SCOPE}/locations?api-version=2022-12-01")
        for query in ("", "&statusOnly=true", ""):  # once more for the metrics
            machines = list(listed("virtualMachines", f"api-version=2024-07-01{query}"))
            if query == "":
                list(listed("virtualMachineScaleSets", "api-version=2024-07-01"))
        for region in REGIONS * 2:
            sizes = f"api-version={compute.SKUS_VERSION}&$filter=location eq '{region}'"
            list(listed("skus", sizes.replace(" ", "%20")))
        for region in REGIONS:
            ids = [one["id"] for one in machines if one["location"] == region]
            for start in range(0, len(ids), MACHINES_A_BATCH):
                batch = ids[start : start + MACHINES_A_BATCH]
                answer(f"{url}{_metrics()}", {"resourceids": batch})
    return {"requests": requests, **seconds}


def _metrics() -> str:
    from providers.azure.monitor import FIGURES

    names = ",".join(FIGURES).replace(" ", "%20")
    statistics = sorted({name for figure in FIGURES.values() for name in figure})
    return (
        f"{SCOPE}/metrics:getBatch?api-version=2024-02-01"
        f"&starttime={START:%Y-%m-%dT%H:%M:%SZ}&endtime={END:%Y-%m-%dT%H:%M:%SZ}"
        "&metricnamespace=Microsoft.Compute/virtualMachines&interval=P1D"
        f"&metricnames={names}&aggregation={','.join(statistics)}"
    )


def synced() -> Mapping[str, Any]:
    """cloudintel: the same, stored in the database."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from clouds.models import CloudAccount
    from core.windows import last_complete_days
    from inventory.sync import sync_ec2
    from metrics.models import CpuMetric, MemoryMetric
    from metrics.sync import sync_cpu

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(
        provider="azure",
        account_id=SUBSCRIPTION,
        name="benchmark",
        settings={"tenant": SUBSCRIPTION, "client_id": SUBSCRIPTION},
    )
    with clock() as seconds:
        inventory = sync_ec2(account, NOW)
        cpu = sync_cpu(account, NOW, window=last_complete_days(DAYS, NOW))
    for run in (inventory, cpu):
        assert run.status == "succeeded", run.error
    rows = int(os.environ["MACHINES"]) * DAYS
    assert CpuMetric.objects.count() == MemoryMetric.objects.count() == rows
    batches = cpu.requests_by_operation["Microsoft.Insights/metrics:getBatch"]
    requests = inventory.requests + cpu.requests
    return {"requests": requests, "batches": batches, "rows": cpu.rows, **seconds}


PARTS = {"bare": bare, "synced": synced}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "serve"])
    parser.add_argument("--machines", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.part == "serve":
        serve()
    elif options.part:
        report_child(PARTS[options.part])
    else:
        compare(options.machines, options.rounds)


def compare(machines: int, rounds: int) -> None:
    from core.testing.azure_emulator.identity import ACCESS_TOKEN
    from core.testing.postgres import postgres

    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    emulator = emulated_cloud(
        "benchmarks.azure",
        "AZURE_ENDPOINT_URL",
        MACHINES=str(machines),
        AZURE_ACCESS_TOKEN=ACCESS_TOKEN,
    )
    with postgres() as url, emulator as environment:
        environment["DATABASE_URL"] = url
        for _ in range(rounds):
            for name in PARTS:
                found[name].append(in_child("benchmarks.azure", name, environment))
    show(found, machines)


def show(found: Mapping[str, Sequence[Mapping[str, Any]]], machines: int) -> None:
    """Seconds, and of them the processor's of the client alone."""
    print(f"{machines} machines, {len(REGIONS)} regions, {DAYS} days")
    ratios = {}
    for kind in ("seconds", "cpu_seconds"):
        of = {name: [one[kind] for one in found[name]] for name in found}
        ratios[kind] = divided(of["synced"], of["bare"])
        print(f"\n{kind}")
        for name in PARTS:
            requests = found[name][0]["requests"]
            print(f"  {name:14} {spread(of[name], 's')}, {requests} requests")
        print(f"  {'to the floor':14} {spread(ratios[kind], 'x')}")
    pages = ceil(machines / MACHINES_A_PAGE)
    counts = [len(range(at, machines, len(REGIONS))) for at in range(len(REGIONS))]
    batches = sum(ceil(count / MACHINES_A_BATCH) for count in counts)
    peak = max(one["peak_mb"] for one in found["synced"])
    print(
        f"\ngoal: at most {GOAL} x of the floor; {batches} batches of metrics: ", end=""
    )
    print(f"{found['synced'][0]['batches']}; three lists of {pages} pages each")
    print(f"peak memory {peak:.0f} MB   goal: under {GOAL_MB}")
    save("azure", {"machines": machines, **found, "ratios": ratios, "peak_mb": peak})


if __name__ == "__main__":
    main()
