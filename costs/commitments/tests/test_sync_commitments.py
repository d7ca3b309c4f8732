"""Utilization of commitments is read from Cost Explorer where that is wanted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.commitments import EmulatedCommitment, EmulatedCoverage
from costs.commitments.sync import sync_commitments
from costs.models import CommitmentCoverage, CommitmentUse
from syncs.datasets import Dataset, datasets_of, why_not
from syncs.models import ApiUsage, SyncRun
from syncs.runs.claims import Refused
from users.testing import ask, person, session_of

pytestmark = pytest.mark.django_db
PLAN_SERVICE = "Amazon Elastic Compute Cloud - Compute"
DATABASES = "Amazon Relational Database Service"
HOUR = timedelta(hours=1)


@pytest.fixture
def mine(aws: EmulatedAws, settings: Settings) -> CloudAccount:
    settings.AWS_COMMITMENT_UTILIZATION = True
    owner = aws_account()
    aws.world(owner.account_id).commitments += [
        commitment("sp-1", "700", "200", "900"),
        commitment("1234", "300", "0", "450", service=DATABASES),
    ]
    return owner


def commitment(
    key: str, cost: str, unused: str, listed: str, **values: str
) -> EmulatedCommitment:
    amounts = (Decimal(one) for one in (cost, unused, listed))
    return EmulatedCommitment(key, *amounts, **values)  # type: ignore[arg-type]


def test_plans_and_reservations_are_stored_and_what_ended_is_gone(
    mine: CloudAccount, aws: EmulatedAws
) -> None:
    run = sync_commitments(mine, aws.now)
    assert (run.status, run.rows) == (SyncRun.Status.SUCCEEDED, 2)
    plan, reservation = CommitmentUse.objects.order_by("-cost")
    assert (plan.kind, plan.used, plan.unused) == ("Savings Plan", 500, 200)
    assert (plan.list_cost, plan.saved, plan.region) == (900, 200, "")
    assert reservation.kind == "Reservation"
    assert str(reservation) == "2 db.r6g.large No Upfront"
    assert (reservation.region, reservation.used_percent) == ("us-east-1", 100)
    assert reservation.ends_on == date(2027, 3, 1)
    assert (reservation.end - reservation.start).days == 30
    aws.world(mine.account_id).commitments.pop()
    sync_commitments(mine, aws.now + HOUR)
    assert CommitmentUse.objects.get().commitment_id == "sp-1"


def test_the_command_reads_them(
    mine: CloudAccount, aws: EmulatedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(aws.now, tick=False):
        call_command("sync_commitments")
    printed = capsys.readouterr().out
    # One of them asks STS whose credentials they are.
    assert "commitments: succeeded, 2 rows, 13 requests ($0.12)" in printed


def test_every_question_is_metered(mine: CloudAccount, aws: EmulatedAws) -> None:
    aws.world(mine.account_id).commitments.append(commitment("sp-2", "1", "0", "2"))
    aws.page_size["ce:GetSavingsPlansUtilizationDetails"] = 1
    run = sync_commitments(mine, aws.now)
    assert run.rows == 3
    usage = ApiUsage.objects.filter(service="ce")
    assert {one.operation: (one.requests, one.usd_e5) for one in usage} == {
        "GetReservationCoverage": (5, 5_000),
        "GetReservationUtilization": (5, 5_000),
        "GetSavingsPlansCoverage": (1, 1_000),
        "GetSavingsPlansUtilizationDetails": (2, 2_000),
    }


def test_a_bill_without_commitments_has_none(
    aws: EmulatedAws, mine: CloudAccount
) -> None:
    aws.world(mine.account_id).commitments.clear()
    assert sync_commitments(mine, aws.now).status == SyncRun.Status.SUCCEEDED
    assert not CommitmentUse.objects.exists()


@pytest.mark.parametrize(
    "without", ["GetReservationUtilization", "GetSavingsPlansUtilizationDetails"]
)
def test_what_there_is_no_data_of_hides_nothing_else(
    mine: CloudAccount, aws: EmulatedAws, without: str
) -> None:
    aws.fail(f"ce:{without}", "DataUnavailableException")
    run = sync_commitments(mine, aws.now)
    assert (run.status, run.rows) == (SyncRun.Status.SUCCEEDED, 1)


def test_what_fails_leaves_what_is_stored(mine: CloudAccount, aws: EmulatedAws) -> None:
    sync_commitments(mine, aws.now)
    aws.deny("ce:GetSavingsPlansUtilizationDetails")
    run = sync_commitments(mine, aws.now + HOUR)
    assert run.status == SyncRun.Status.FAILED
    assert "Savings plans (ce:GetSavingsPlansUtilizationDetails)" in run.error
    aws.world(mine.account_id).cost_explorer_enabled = False
    assert sync_commitments(mine, aws.now + 2 * HOUR).status == SyncRun.Status.FAILED
    assert CommitmentUse.objects.count() == 2


def covered(service: str, *amounts: int, region: str = "") -> EmulatedCoverage:
    part, total, on_demand = map(Decimal, amounts)
    return EmulatedCoverage(service, part, total, on_demand, region)


def test_what_they_cover_is_stored_by_service_and_region(
    mine: CloudAccount, aws: EmulatedAws
) -> None:
    world = aws.world(mine.account_id)
    world.coverage += [
        covered(DATABASES, 1080, 1440, 90, region="us-east-1"),
        covered(DATABASES, 0, 720, 400, region="eu-west-1"),
        covered(DATABASES, 0, 0, 0, region="eu-west-2"),
        covered(PLAN_SERVICE, 600, 900, 300),
    ]
    aws.page_size["ce:GetReservationCoverage"] = 2
    run = sync_commitments(mine, aws.now)
    assert (run.status, run.rows) == (SyncRun.Status.SUCCEEDED, 5)
    rows = ask("commitment-coverage/")["results"]
    columns = ("kind", "region", "covered_percent", "unit")
    assert [tuple(one[name] for name in columns) for one in rows] == [
        ("Reservation", "eu-west-1", 0, "hours"),
        ("Savings Plan", "", pytest.approx(100 * 2 / 3), "USD"),
        ("Reservation", "us-east-1", 75, "hours"),
    ]
    assert [one["on_demand"] for one in rows] == ["400.00", "300.00", "90.00"]
    only = ask("commitment-coverage/?region=us-east-1")["results"]
    assert [one["covered"] for one in only] == ["1080.00"]
    page = session_of(person("viewer")).get("/costs/lines/commitments/")
    text = page.content.decode()
    assert f"{DATABASES} in us-east-1" in text
    assert "1,080 hours" in text
    assert "$600.00" in text
    world.coverage.clear()
    sync_commitments(mine, aws.now + HOUR)
    assert not CommitmentCoverage.objects.exists()


@pytest.mark.parametrize(
    "denied", ["GetReservationCoverage", "GetSavingsPlansCoverage"]
)
def test_without_the_permission_for_coverage_the_utilization_is_stored(
    mine: CloudAccount, aws: EmulatedAws, denied: str
) -> None:
    world = aws.world(mine.account_id)
    world.coverage.append(covered(PLAN_SERVICE, 600, 900, 300))
    sync_commitments(mine, aws.now)
    world.commitments.pop()
    aws.deny(f"ce:{denied}")
    run = sync_commitments(mine, aws.now + HOUR)
    assert (run.status, run.rows) == (SyncRun.Status.PARTIAL, 1)
    assert f"ce:{denied}" in run.error
    assert CommitmentUse.objects.count() == 1
    assert CommitmentCoverage.objects.count() == 1


def test_it_is_off_unless_the_setting_turns_it_on(
    mine: CloudAccount, aws: EmulatedAws, settings: Settings
) -> None:
    assert Dataset.COMMITMENTS in datasets_of(mine)
    settings.AWS_COMMITMENT_UTILIZATION = False
    reason = "turned off by AWS_COMMITMENT_UTILIZATION=false"
    assert reason in why_not(mine, Dataset.COMMITMENTS)
    with pytest.raises(Refused, match="AWS_COMMITMENT_UTILIZATION"):
        sync_commitments(mine, aws.now)


def test_page_and_endpoint_show_the_largest_waste_first(
    mine: CloudAccount, aws: EmulatedAws
) -> None:
    sync_commitments(mine, aws.now)
    rows = ask("commitments/")["results"]
    assert [(one["commitment_id"], one["unused"]) for one in rows] == [
        ("sp-1", "200.00"),
        ("1234", "0.00"),
    ]
    viewer = session_of(person("viewer"))
    page = viewer.get("/costs/lines/commitments/")
    assert "ComputeSavingsPlans No Upfront" in page.content.decode()
    assert "$200.00" in page.content.decode()
    CloudAccount.objects.update(is_payer=True)
    aws_account("222222222222", payer=mine)
    aws_account("333333333333")
    for query, count in (
        *((f"account={mine.account_id}", 2), ("account=333333333333", 0)),
        *(("provider=aws", 2), ("provider=azure", 0), ("period=wrong", 2)),
        *(("sub_account=222222222222", 2), ("sub_account=333333333333", 0)),
        (f"sub_account={mine.account_id}", 2),
    ):
        page = viewer.get(f"/costs/lines/commitments/?{query}")
        assert len(page.context["reported"]) == count, query
