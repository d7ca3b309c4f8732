"""Instances and 14 days of their CPU, from an emulated AWS into PostgreSQL.

The floor is boto3 making the same calls bare, one after the other, keeping nothing. The
peer asks for one instance a call and stores it by an ORM, of fewer instances, as it
takes so long. The emulator runs in a process of its own, so that its work is nobody's.

    python -m benchmarks.cpu [--instances 10000] [--rounds 3] [--peer-instances 1000]
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from benchmarks.measure import (
    clock,
    divided,
    emulated_cloud,
    in_child,
    peer_url,
    report_child,
    save,
    spread,
)

ACCOUNT_ID = "123456789012"
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"]
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
DAYS = 14
END = NOW.replace(hour=0)
START = END - timedelta(days=DAYS)
QUERIES_PER_CALL = 500
GOAL, GOAL_MB = 1.3, 300


def serve() -> None:
    """The emulator, until its input ends."""
    from core.testing.aws_emulator import EmulatedAws, EmulatedInstance

    with EmulatedAws(now=NOW) as aws:
        world = aws.world(ACCOUNT_ID)
        world.regions = REGIONS
        for number in range(int(os.environ["INSTANCES"])):
            world.add_instance(
                EmulatedInstance(
                    instance_id=f"i-{number:017x}",
                    region=REGIONS[number % len(REGIONS)],
                    instance_type="m6i.large",
                    launched_at=NOW - timedelta(days=100),
                    tags={"Name": f"node-{number}", "env": "production"},
                )
            )
        print(aws.endpoint_url, flush=True)
        sys.stdin.read()


def bare() -> Mapping[str, Any]:
    """boto3 alone: the same calls, their answers dropped."""
    import boto3

    from benchmarks.peers.instances import instance_ids
    from providers.aws.client import AwsOptions
    from providers.aws.cloudwatch import figures, instance_query

    calls = 0
    with clock() as seconds:
        for region in REGIONS:
            ids = instance_ids(region)
            client = boto3.client("cloudwatch", region_name=region)
            asked = [
                instance_query(instance_id, figure)
                for instance_id in ids
                for figure in figures(AwsOptions())
            ]
            for start in range(0, len(asked), QUERIES_PER_CALL):
                batch = asked[start : start + QUERIES_PER_CALL]
                client.get_metric_data(
                    MetricDataQueries=[
                        {"Id": f"q{n}", "MetricStat": query.stat}
                        for n, query in enumerate(batch)
                    ],
                    StartTime=START,
                    EndTime=END,
                    ScanBy="TimestampAscending",
                )
                calls += 1
    return {"calls": calls, **seconds}


def synced() -> Mapping[str, Any]:
    """cloudintel: the same, stored in the database."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from clouds.models import CloudAccount
    from core.windows import last_complete_days
    from inventory.sync import sync_ec2
    from metrics.models import CpuMetric
    from metrics.sync import sync_cpu

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(account_id=ACCOUNT_ID, name="benchmark")
    with clock() as seconds:
        inventory = sync_ec2(account, NOW)
        cpu = sync_cpu(account, NOW, window=last_complete_days(DAYS, NOW))
    assert (inventory.status, cpu.status) == ("succeeded", "succeeded"), cpu.error
    assert CpuMetric.objects.count() == int(os.environ["INSTANCES"]) * DAYS
    calls = cpu.requests_by_operation["cloudwatch:GetMetricData"]
    return {"calls": calls, "rows": cpu.rows, **seconds}


def peer() -> Mapping[str, Any]:
    """One GetMetricStatistics call per instance."""
    from benchmarks.peers.cpu import sync_cpu

    most = int(os.environ["PEER_INSTANCES"])
    with clock() as seconds:
        calls = sync_cpu(REGIONS, START, END, most)
    return {"calls": calls, **seconds}


PARTS = {"bare": bare, "synced": synced, "peer": peer}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "serve"])
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-instances", type=int, default=1000)
    options = parser.parse_args()
    if options.part == "serve":
        serve()
    elif options.part:
        report_child(PARTS[options.part])
    else:
        compare(options.instances, options.rounds, options.peer_instances)


def compare(instances: int, rounds: int, peer_instances: int) -> None:
    from core.testing.postgres import postgres

    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    own_aws = emulated_cloud(
        "benchmarks.cpu",
        INSTANCES=str(instances),
        PEER_INSTANCES=str(min(peer_instances, instances)),
    )
    with postgres() as url, own_aws as environment:
        environment["DATABASE_URL"] = url
        environment["PEER_DATABASE_URL"] = peer_url(url)
        for _ in range(rounds):
            for name in PARTS:
                found[name].append(in_child("benchmarks.cpu", name, environment))
    show(found, instances)


def show(found: Mapping[str, Sequence[Mapping[str, Any]]], instances: int) -> None:
    """Seconds, and of them the processor's of the client alone; and per instance."""
    print(f"{instances} instances, {len(REGIONS)} regions, {DAYS} days")
    ratios: dict[str, dict[str, list[float]]] = {}
    for kind in ("seconds", "cpu_seconds"):
        of = {name: [one[kind] for one in found[name]] for name in found}
        each = [
            peer / one["calls"] * instances
            for peer, one in zip(of["peer"], found["peer"], strict=True)
        ]
        ratios[kind] = {
            "to the floor": divided(of["synced"], of["bare"]),
            "peer to ours": divided(each, of["synced"]),
        }
        print(f"\n{kind}")
        for name in PARTS:
            calls = found[name][0]["calls"]
            print(f"  {name:14} {spread(of[name], 's')}, {calls} calls of metrics")
        for name, values in ratios[kind].items():
            print(f"  {name:14} {spread(values, 'x')}")
    floor = len(REGIONS) * ceil(instances / len(REGIONS) * 6 / QUERIES_PER_CALL)
    peak = max(one["peak_mb"] for one in found["synced"])
    print(f"\ngoal: at most {GOAL} x of the floor, {floor} calls of GetMetricData")
    print(f"peak memory {peak:.0f} MB   goal: under {GOAL_MB}")
    save("cpu", {"instances": instances, **found, "ratios": ratios, "peak_mb": peak})


if __name__ == "__main__":
    main()
