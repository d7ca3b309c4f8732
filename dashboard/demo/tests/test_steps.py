"""A step that is done: the company changes, and what is read of it with it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from clouds.demo_clock import set_clock
from clouds.models import CloudAccount, DemoCompany, DemoEvent
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY
from costs.models import CostTotal, Restatement
from dashboard.demo import applying
from dashboard.demo.company import catch_up
from dashboard.demo.control import Busy, play, queue
from dashboard.demo.testing import LAMBDA, cost, do
from insights.models import Remediation
from insights.testing import recommendation
from inventory.models import Resource
from metrics.models import CpuMetric
from providers.demo.company import COMPANY_NAME, PRODUCTION, STAGING
from providers.demo.steps import InvalidStep
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim, free_dead
from syncs.runs.freshness import State, freshness
from syncs.runs.processes import own_mark
from syncs.testing import run
from users.audit import Actor

pytestmark = pytest.mark.django_db
ADA = Actor(None, "ada")


@pytest.fixture(scope="module", autouse=True)
def built(module_db: None) -> Iterator[None]:
    """A short history of it. Insights have tests of their own, and take seconds."""
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW, tick=False):
        patch.setattr("dashboard.demo.perform.refresh_insights", lambda *_: None)
        call_command("demo", "--days", "10", stdout=StringIO())
        yield


def test_a_spike_shows_in_yesterdays_bill_at_once_and_reconciles() -> None:
    before, earlier = cost(1), cost(2)
    assert "5 times as much" in do("spike", **LAMBDA, factor=5, days=2)
    assert cost(1) == pytest.approx(before * 5, rel=Decimal("0.0001"))
    assert cost(2) == earlier
    assert not CostTotal.objects.unreconciled().exists()
    event = DemoEvent.objects.get()
    assert (event.kind, event.what, event.days) == ("spike", "AWS Lambda", 2)


def test_restated_days_are_read_again_and_the_change_is_kept() -> None:
    before, kept = cost(3), Restatement.objects.count()
    do("restate", **LAMBDA, factor=1.5, days=4)
    assert cost(3) == pytest.approx(before * Decimal("1.5"), rel=Decimal("0.0001"))
    assert Restatement.objects.count() == kept + 4


def test_a_machine_is_added_and_stopped_and_removed_in_the_inventory() -> None:
    set_clock(NOW - timedelta(hours=1))
    machine = {"account": "production", "what": "sale-web-01"}
    do("add", **machine, place="us-east-1", target="c6i.large", role="web")
    row = Resource.objects.get(name="sale-web-01", kind=Resource.Kind.INSTANCE)
    assert row.state == "running"
    for step, state, is_gone in (("stop", "stopped", False), ("remove", "", True)):
        do(step, **machine)
        row.refresh_from_db()
        assert bool(row.gone_since) == is_gone
        assert is_gone or row.state == state


def test_a_name_is_given_once_and_only_machines_are_stopped() -> None:
    machine = {"place": "us-east-1", "target": "c6i.large", "role": "web"}
    for name in ("order-worker-01", "sale-web-01"):
        if name == "sale-web-01":
            do("add", account="production", what=name, **machine)
        with pytest.raises(InvalidStep, match=f"has or had a machine {name}"):
            do("add", account="production", what=name, **machine)
    with pytest.raises(InvalidStep, match="id of a machine that is there"):
        do("stop", account="production", what="shop-db-backup")


def test_a_runaway_machine_shows_in_its_cpu() -> None:
    do("cpu", account="production", what="order-worker-01", factor=97)
    name = {"resource__name": "order-worker-01"}
    newest = CpuMetric.objects.filter(**name).latest("day")
    assert newest.day == TODAY - ONE_DAY
    assert newest.average_percent and newest.average_percent > 90


def test_a_region_that_is_down_keeps_its_resources_and_the_run_is_partial() -> None:
    ireland = Resource.objects.filter(region="eu-west-1").present()
    before = ireland.count()
    do("outage", account="production", place="eu-west-1", days=1)
    run = SyncRun.objects.filter(dataset="instances").latest("pk")
    assert (run.status, "eu-west-1" in run.error) == ("partial", True)
    assert ireland.count() == before > 0


def test_a_recommendation_is_applied_as_an_action_of_the_presenter() -> None:
    set_clock(NOW - timedelta(hours=1))
    volume = Resource.objects.get(name="shop-db-backup", kind=Resource.Kind.VOLUME)
    advice = recommendation(volume.account, volume, rule="unattached")
    step = {"account": "production", "what": "shop-db-backup"}
    staging = CloudAccount.objects.get(account_id=STAGING)
    elsewhere = run(staging, Dataset.STORAGE, NOW, status="queued", finished_at=None)
    assert do("apply", **step).startswith("Applied: ")
    elsewhere.refresh_from_db()
    assert elsewhere.status == "queued"
    for row in (volume, advice):
        row.refresh_from_db()
    assert (bool(volume.gone_since), advice.status) == (True, "done")
    assert [event.kind for event in DemoEvent.objects.all()] == ["saved", "removed"]
    action = Remediation.objects.get()
    assert (action.status, action.recommendation) == ("succeeded", advice)
    assert (action.proposed_by, action.approved_by) == ("ada", COMPANY_NAME)
    with pytest.raises(InvalidStep, match="production has no shop-db-backup now"):
        do("apply", **step)


def test_each_day_of_a_replay_that_is_watched_is_fresh() -> None:
    owner = CloudAccount.objects.get(account_id=STAGING)
    then = NOW + timedelta(days=4)
    catch_up(owner, then, is_last=False, is_watched=True)
    found = freshness(CloudAccount.objects.filter(pk=owner.pk), then)
    assert {one.dataset: one.state for one in found if one.state != State.OK} == {}


def test_the_scheduler_takes_no_sync_of_a_past_that_is_replayed_for_dead() -> None:
    owner = CloudAccount.objects.get(account_id=PRODUCTION)
    at_work = claim(owner, Dataset.COST, NOW - timedelta(days=30))
    free_dead(SyncRun.objects.all(), NOW)
    at_work.refresh_from_db()
    assert at_work.status == "running"


def test_what_happened_is_read_the_same_twice_and_gone_with_a_reset() -> None:
    do("spike", **LAMBDA, factor=5)
    do("spike", **LAMBDA, factor=5)
    assert DemoEvent.objects.count() == 1
    do("reset", days=4, days_ago=3)
    assert not DemoEvent.objects.exists()
    assert CostTotal.objects.latest("day").day == TODAY - ONE_DAY * 4


def test_a_step_that_fails_says_why_and_ends_the_list() -> None:
    removal = {"do": "remove", "account": "production", "what": "nobody"}
    queue([removal, {"do": "stop", "account": "staging", "what": "stage-db"}], ADA, NOW)
    assert play() == 0
    row = DemoCompany.objects.get()
    assert row.error.startswith("what: production has no nobody now.")
    assert row.steps == []
    assert row.held_by == ""


def test_no_second_process_does_steps_while_another_one_is_alive() -> None:
    queue([{"do": "advance", "days": 1}], ADA, NOW)
    DemoCompany.objects.update(held_by=own_mark(), held_at=timezone.now())
    with pytest.raises(Busy):
        play()
    assert DemoCompany.objects.get().held_by == own_mark()


def test_an_action_that_another_worker_took_is_waited_for(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "work_on", lambda pk: None)
    monkeypatch.setattr(applying, "LOOK_SECONDS", 0)
    action = Remediation()
    monkeypatch.setattr(action, "refresh_from_db", lambda: None)
    looks = iter([False, False, True])
    applying._worked_on(action, lambda: next(looks))
    assert next(looks, None) is None
