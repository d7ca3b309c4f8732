"""Instances and 14 days of their CPU, from an emulated AWS into PostgreSQL.

The floor is boto3 making the same calls bare, one after the other, keeping nothing.
The emulator runs in a process of its own, so that its work is nobody's.

    python -m benchmarks.cpu [--instances 10000] [--rounds 3]
"""

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from benchmarks.measure import emulated_aws, in_child, report_child, save, told

ACCOUNT_ID = "123456789012"
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"]
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
DAYS = 14
QUERIES_PER_CALL = 500


def serve() -> None:
    """The emulator, until its input ends."""
    from tests.emulator import EmulatedAws, EmulatedInstance

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

    from providers.aws.client import AwsOptions
    from providers.aws.cloudwatch import Query, _question, figures

    calls = 0
    for region in REGIONS:
        ids = []
        pages = boto3.client("ec2", region_name=region).get_paginator(
            "describe_instances"
        )
        for page in pages.paginate(PaginationConfig={"PageSize": 1000}):
            ids += [
                instance["InstanceId"]
                for reservation in page["Reservations"]
                for instance in reservation["Instances"]
            ]
        client = boto3.client("cloudwatch", region_name=region)
        queries = [Query(i, figure) for i in ids for figure in figures(AwsOptions())]
        for start in range(0, len(queries), QUERIES_PER_CALL):
            batch = queries[start : start + QUERIES_PER_CALL]
            client.get_metric_data(
                MetricDataQueries=[
                    _question(f"q{n}", query) for n, query in enumerate(batch)
                ],
                StartTime=NOW.replace(hour=0) - timedelta(days=DAYS),
                EndTime=NOW.replace(hour=0),
                ScanBy="TimestampAscending",
            )
            calls += 1
    return {"calls": calls}


def synced() -> Mapping[str, Any]:
    """cloudintel: the same, stored in the database."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from inventory.sync import sync_ec2
    from metrics.models import CpuMetric
    from metrics.sync import sync_cpu
    from providers.windows import last_complete_days
    from syncs.models import CloudAccount

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(account_id=ACCOUNT_ID, name="benchmark")
    import time

    started = time.perf_counter()
    inventory = sync_ec2(account, NOW)
    cpu = sync_cpu(account, NOW, window=last_complete_days(DAYS, NOW))
    seconds = time.perf_counter() - started
    assert (inventory.status, cpu.status) == ("succeeded", "succeeded"), cpu.error
    assert CpuMetric.objects.count() == int(os.environ["INSTANCES"]) * DAYS
    calls = cpu.requests_by_operation["cloudwatch:GetMetricData"]
    return {"calls": calls, "rows": cpu.rows, "seconds": seconds}


PARTS = {"bare": bare, "synced": synced}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "serve"])
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.part == "serve":
        serve()
    elif options.part:
        report_child(PARTS[options.part])
    else:
        compare(options.instances, options.rounds)


def compare(instances: int, rounds: int) -> None:
    from tests.postgres import postgres

    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    own_aws = emulated_aws("benchmarks.cpu", INSTANCES=str(instances))
    with postgres() as database_url, own_aws as environment:
        environment["DATABASE_URL"] = database_url
        for _ in range(rounds):
            for name in PARTS:
                found[name].append(in_child("benchmarks.cpu", name, environment))
    seconds = {name: [one["seconds"] for one in found[name]] for name in found}
    ratios = [s / b for s, b in zip(seconds["synced"], seconds["bare"], strict=True)]
    peak = max(one["peak_mb"] for one in found["synced"])
    floor = len(REGIONS) * ceil(instances / len(REGIONS) * 6 / QUERIES_PER_CALL)
    print(f"{instances} instances, {len(REGIONS)} regions, {DAYS} days")
    print(f"bare boto3       {told(seconds['bare'], 's')}")
    print(f"synced           {told(seconds['synced'], 's')}")
    print(f"ratio            {told(ratios, 'x')}   goal: at most 1.5")
    print(f"GetMetricData    {found['synced'][0]['calls']} calls   floor: {floor}")
    print(f"peak memory      {peak:.0f} MB   goal: under 300")
    save("cpu", {"seconds": seconds, "ratios": ratios, "peak_mb": peak})


if __name__ == "__main__":
    main()
