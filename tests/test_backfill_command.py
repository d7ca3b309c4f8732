"""manage.py backfill: what it says, starts and refuses."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, charge, june
from core.testing.task_queue import waiting, work_off
from costs.sync import sync_cost
from syncs.models import Backfill, BackfillWindow, SyncRun

pytestmark = pytest.mark.django_db
MAY = ["cost", "--account", ACCOUNT, "--start", "2026-05-01", "--end", "2026-06-01"]


@pytest.fixture(autouse=True)
def mine(aws: EmulatedAws, now: datetime) -> Iterator[None]:
    """An account whose costs were read once, at the price of two requests."""
    aws.world().add_costs([charge(june(1), "1"), charge(june(19), "1")])
    waiting()
    with time_machine.travel(now, tick=False):
        assert sync_cost(aws_account(), now).status == "succeeded"
        yield


def backfill(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as error:
        backfill(*arguments)
    return str(error.value), error.value.returncode


def test_without_yes_it_tells_the_price_and_starts_nothing() -> None:
    price = SyncRun.objects.get().api_cost_usd * 2  # 31 days are two parts
    said = backfill(*MAY)
    assert f"2 parts, about ${price}." in said
    assert "Nothing was started: say --yes" in said
    assert not Backfill.objects.exists()
    assert waiting() == []


def test_with_yes_it_starts_and_is_listed_until_it_is_read() -> None:
    assert "Started." in backfill(*MAY, "--yes")
    number = Backfill.objects.get().pk
    assert f"{number}: cost of {ACCOUNT}" in backfill("--list")
    assert "running, 0 of 2 parts read" in backfill("--list")
    assert len(work_off()) == 2
    assert "succeeded, 2 of 2 parts read" in backfill("--list")


def test_it_is_paused_resumed_and_cancelled_by_its_number() -> None:
    backfill(*MAY, "--yes")
    number = str(Backfill.objects.get().pk)
    assert "paused" in backfill("--pause", number)
    reason = f"Backfill {number} can't be paused: it is paused."
    assert refused("--pause", number)[0] == reason
    assert "running" in backfill("--resume", number)
    assert "cancelled" in backfill("--cancel", number)
    reason = f"Backfill {number} can't be started: it is cancelled."
    assert refused("--resume", number)[0] == reason


def test_only_the_one_of_that_number_is_changed() -> None:
    april = ["cost", "--account", ACCOUNT, "--start", "2026-04-01", "--end=2026-05-01"]
    for days in (MAY, april):
        backfill(*days, "--yes")
    for one in Backfill.objects.all():
        before = dict(Backfill.objects.exclude(pk=one.pk).values_list("pk", "status"))
        backfill("--pause", str(one.pk))
        assert Backfill.objects.get(pk=one.pk).status == "paused"
        after = dict(Backfill.objects.exclude(pk=one.pk).values_list("pk", "status"))
        assert after == before


def test_a_part_that_failed_is_named_with_its_reason() -> None:
    backfill(*MAY, "--yes")
    BackfillWindow.objects.filter(end=june(1)).update(status="failed", error="denied")
    assert "2026-05-02..2026-06-01 failed: denied" in backfill("--list")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--start", "2020-01-01"], "start 2020-01-01 and end 2026-06-20 must lie"),
        (["--start", "2026-06-02", "--end", "2026-06-01"], "must be before end"),
        (["--start", "2026-06-01", "--end", "2026-06-01"], "must be before end"),
        (["--start", "2026-06-01", "--end", "2026-07-01"], "without the running day"),
        ([], "Give a dataset, --account and --start, or --list."),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(
    arguments: list[str], reason: str
) -> None:
    said, status = refused("cost", "--account", ACCOUNT, *arguments)
    assert reason in said
    assert (status, said.count("\n")) == (2, 0)
    assert not Backfill.objects.exists()


def test_an_unknown_number_or_account_is_a_bad_argument() -> None:
    assert refused("--cancel", "7") == (
        "There is no backfill 7: see backfill --list.",
        2,
    )
    assert refused("cost", "--account", "nobody", "--start", "2026-05-01")[1] == 2
