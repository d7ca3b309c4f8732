"""Days and hours pass, up to the present: the company is as it was three days ago."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from clouds.demo_clock import company_now
from clouds.models import CloudAccount
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY
from costs.models import CostTotal
from costs.sync import read_cost, sync_cost
from dashboard.demo.control import change_play, company, play, queue
from dashboard.demo.testing import LAMBDA, cost, do
from metrics.sync import read_metrics
from providers.demo.company import PRODUCTION
from providers.demo.steps import InvalidStep
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim, take
from users.audit import Actor

pytestmark = pytest.mark.django_db
THEN = NOW - timedelta(days=3)
ADA = Actor(None, "ada")


@pytest.fixture(scope="module", autouse=True)
def told(module_db: None) -> Iterator[str]:
    """What building it said. Insights have tests of their own, and take seconds; an
    account of each cloud is enough."""
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW, tick=False):
        patch.setattr("dashboard.demo.perform.refresh_insights", lambda *_: None)
        said = do("reset", days=10, days_ago=3)
        others = CloudAccount.objects.exclude(name__in=["production", "stores"])
        remove_accounts(others)
        yield said


def test_days_pass_one_by_one_up_to_the_present_and_no_further(told: str) -> None:
    assert "16 November 2026" in told
    assert company_now(NOW) == THEN
    assert CostTotal.objects.latest("day").day == TODAY - ONE_DAY * 4
    assert not CloudAccount.objects.at_present().exists()
    queue([{"do": "advance", "days": 9}], ADA, NOW)
    said: list[str] = []
    assert play(said.append) == 3
    assert said[-1].endswith("That is the present.")
    assert CostTotal.objects.latest("day").day == TODAY - ONE_DAY
    assert not CostTotal.objects.unreconciled().exists()
    assert company_now(NOW) == NOW
    assert CloudAccount.objects.at_present().count() == 2
    with pytest.raises(InvalidStep, match="at the present, so no days are left"):
        do("advance")


def test_a_sync_that_somebody_starts_reads_what_there_is_at_its_own_present() -> None:
    owner = CloudAccount.objects.get(account_id=PRODUCTION)
    for dataset, read in ((Dataset.COST, read_cost), (Dataset.CPU, read_metrics)):
        queued = claim(owner, dataset, NOW, status=SyncRun.Status.QUEUED)
        taken = take(queued.pk, NOW)
        assert taken is not None
        assert read(taken).status == "succeeded", taken.error
    assert sync_cost(owner, NOW).status == "succeeded"
    assert CostTotal.objects.latest("day").day == TODAY - ONE_DAY * 4


def test_a_pause_ends_after_the_step_at_work_and_going_on_does_the_rest() -> None:
    queue([{"do": "advance", "days": 2}], ADA, NOW)
    assert play(lambda _: change_play("pause", ADA, NOW)) == 1
    assert company().steps == [{"do": "advance", "days": 1}]
    assert play() == 0
    change_play("resume", ADA, NOW)
    assert play() == 1
    assert company().steps == []


def test_hours_pass_and_insights_follow_once_the_bill_has_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    computed: list[datetime] = []
    monkeypatch.setattr(
        "dashboard.demo.perform.refresh_insights", lambda now, *_: computed.append(now)
    )
    for hours in (6, 6, 18):
        do("advance", days=2, hours=hours)
    do("advance", hours=6)
    assert computed == [THEN + timedelta(hours=30), THEN + timedelta(hours=36)]


def test_the_bill_of_the_day_before_arrives_by_the_hour() -> None:
    whole = cost(4)
    do("advance", days=2, hours=3)
    assert cost(4) == whole  # it was complete before
    arrived = []
    for hours in (3, 6, 6):  # 18:00, and 00:00 and 06:00 of the day after
        do("advance", days=2, hours=hours)
        arrived.append(cost(3))
    assert arrived[0] == 0
    assert 0 < arrived[1] < whole / 10
    assert whole / 4 < arrived[2] < whole / 2
    do("restate", **LAMBDA, factor=1.0, days=1)
    assert cost(3) == arrived[2]  # a step in between completes no bill
    assert not CostTotal.objects.unreconciled().exists()
    do("advance")
    assert cost(3) > whole / 2
