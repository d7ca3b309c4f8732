"""Many accounts on two workers: each read once, nothing twice."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, machine
from core.testing.processes import (
    WORKER,
    rows,
    running,
    scheduler,
    shared_database,
    tick,
)
from core.testing.redis import redis_server
from core.testing.waiting import wait_for_count
from inventory.models import Instance
from syncs.models import SyncRun
from syncs.testing import OF_AWS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]
ACCOUNTS = 8
# Those that are read first; the others follow what they are about.
FIRST = [dataset for dataset in OF_AWS if not dataset.after]
SUCCEEDED = "SELECT count(*) FROM syncs_syncrun WHERE status = 'succeeded'"


def test_each_account_and_dataset_is_read_once(
    aws: EmulatedAws, tmp_path: Path, real_now: datetime
) -> None:
    aws.now = real_now
    yesterday = aws.now.date() - timedelta(days=1)
    ids = [f"{500000000000 + number}" for number in range(ACCOUNTS)]
    for name in ids:
        aws.world(name).add_instance(machine(f"i-{name}"))
        aws.world(name).add_costs([charge(yesterday, "1.5")])
        role = f"arn:aws:iam::{name}:role/cloudintel"
        aws_account(name, role_arn=role, regions=["eu-west-1"])

    def succeeded() -> int:
        ((count,),) = rows(url, SUCCEEDED)
        return int(count)

    def started() -> int:
        ((count,),) = rows(url, "SELECT count(*) FROM syncs_worker")
        return int(count)

    with redis_server() as broker, shared_database(tmp_path) as url:
        environment = {
            "CELERY_BROKER_URL": broker.url,
            "RUN_ABANDONED_AFTER_SECONDS": "600",
        }
        workers = [[*WORKER, "-c", "1", "-n", f"worker{n}@%h"] for n in (1, 2)]
        with (
            running(url, aws, *workers[0], **environment),
            running(url, aws, *workers[1], **environment),
            scheduler(url, aws, **environment) as first_scheduler,
            scheduler(url, aws, **environment) as second_scheduler,
        ):
            wait_for_count("a worker", started, len(workers))
            for datasets in (FIRST, OF_AWS):
                tick(first_scheduler, second_scheduler)
                wait_for_count("a run", succeeded, len(datasets) * ACCOUNTS)
    assert Instance.objects.count() == ACCOUNTS
    runs = Counter(SyncRun.objects.values_list("account", "dataset", "status"))
    assert set(runs.values()) == {1}
    assert len(runs) == len(OF_AWS) * ACCOUNTS
    assert SyncRun.objects.exclude(status="succeeded").count() == 0
    assert len(set(SyncRun.objects.values_list("held_by", flat=True))) == 2
    asked = Counter(call.account_id for call in aws.calls if call.service == "ce")
    assert set(asked) == set(ids)
    assert len(set(asked.values())) == 1
