"""manage.py check_syncs: for cron and monitors."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from syncs.models import SyncRun
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def morning(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def read(mine: CloudAccount, at: datetime, status: str = "succeeded") -> None:
    for dataset in OF_AWS:
        SyncRun.objects.create(
            account=mine,
            dataset=dataset,
            status=status,
            started_at=at,
            heartbeat_at=at,
            finished_at=at,
            error="" if status == "succeeded" else "The role may not do it.",
        )


def check(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_syncs", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_all_fresh_it_says_so_and_ends_with_0(now: datetime) -> None:
    read(aws_account(), now - HOUR)
    assert check() == (0, f"All {len(OF_AWS)} datasets are fresh.\n")


def test_late_or_never_read_it_ends_with_1(now: datetime) -> None:
    read(aws_account(), now - 40 * HOUR)
    status, output = check()
    assert status == 1
    assert output.startswith(
        f"late: Instances of {ACCOUNT} ({ACCOUNT}) is late: last read well 1\xa0day"
    )
    read(CloudAccount.objects.get(), now)
    aws_account(OTHER)
    status, output = check()
    assert (status, output.count("never: ")) == (1, len(OF_AWS))


def test_read_in_part_it_ends_with_1_and_names_what_is_missing(now: datetime) -> None:
    read(aws_account(), now - HOUR, "partial")
    status, output = check()
    assert status == 1
    assert output.startswith(
        f"partial: Instances of {ACCOUNT} ({ACCOUNT}) was read in part "
        "1\xa0hour ago. Missing: The role may not do it.\n"
    )


@pytest.mark.parametrize(("hours", "status"), [(80, "succeeded"), (1, "failed")])
def test_stale_or_failing_it_ends_with_2(
    now: datetime, hours: int, status: str
) -> None:
    read(aws_account(), now - hours * HOUR, status)
    assert check()[0] == 2


def test_of_one_account_alone(now: datetime) -> None:
    read(aws_account(), now)
    read(aws_account(OTHER), now, "failed")
    assert check("--account", ACCOUNT)[0] == 0
    assert check("--account", OTHER)[0] == 2


def test_for_programs_it_prints_one_json_object(now: datetime) -> None:
    read(aws_account(), now - HOUR, "failed")
    status, output = check("--json")
    assert status == 2
    (first, *_) = json.loads(output)["datasets"]
    assert first == {
        "account": ACCOUNT,
        "dataset": "instances",
        "state": "failing",
        "last_good_at": None,
        "sentence": f"Instances of {ACCOUNT} ({ACCOUNT}) can't be read. "
        "The role may not do it.",
    }
