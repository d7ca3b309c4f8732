"""AWS changes what days cost: they are corrected, and the change is remembered."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import USED, charge, june
from costs.models import DailyCost, Restatement
from costs.sync import sync_cost
from costs.testing import billed, rows_miss_totals

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def test_a_restated_day_is_corrected_and_leaves_one_restatement(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(day), "5", amortized="6") for day in (3, 4)])
    sync_cost(mine, now)
    world.restate(june(3), USED, Decimal("7.5"), Decimal("8"))
    run = sync_cost(mine, now + timedelta(hours=1))
    sync_cost(mine, now + timedelta(hours=2))

    assert billed() == {june(3): Decimal("7.5"), june(4): Decimal(5)}
    assert DailyCost.objects.get(day=june(3)).effective == 8
    assert not rows_miss_totals()
    restatement = Restatement.objects.get()
    assert (restatement.day, restatement.run) == (june(3), run)
    assert (restatement.old_billed, restatement.new_billed) == (5, Decimal("7.5"))
    assert (restatement.old_effective, restatement.new_effective) == (6, 8)
    assert restatement.restated_at == now + timedelta(hours=1)
    assert restatement.was_estimated


def test_a_change_of_the_effective_cost_alone_is_remembered_too(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(3), "5", amortized="6")])
    sync_cost(mine, now)
    world.restate(june(3), USED, Decimal("5"), Decimal("6.0000000001"))
    sync_cost(mine, now + timedelta(hours=1))
    restatement = Restatement.objects.get()
    assert restatement.old_billed == restatement.new_billed == 5
    assert restatement.new_effective == Decimal("6.0000000001")


def test_a_day_that_first_had_no_charge_and_gets_one_is_restated(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(3), "5")])
    sync_cost(mine, now)
    world.add_costs([charge(june(19), "2")])
    sync_cost(mine, now + timedelta(hours=1))
    restatement = Restatement.objects.get()
    assert (restatement.day, restatement.old_billed) == (june(19), 0)
    assert billed() == {june(3): 5, june(19): 2}


def test_the_newest_restatement_of_the_newest_day_is_first(now: datetime) -> None:
    """Rows that come back from an archive have newer keys than younger ones."""
    mine, hour = aws_account(), timedelta(hours=1)
    found = [(june(3), now - hour), (june(4), now - hour), (june(4), now - 2 * hour)]
    for day, at in found:
        Restatement.objects.create(
            account=mine, day=day, currency="USD", restated_at=at, was_estimated=True,
            old_billed=1, new_billed=2, old_effective=1, new_effective=2,
        )  # fmt: skip
    rows = Restatement.objects.newest_days()
    assert [(one.day, one.restated_at) for one in rows] == [*found[1:], found[0]]


def test_a_service_that_moves_within_an_equal_total_is_no_restatement(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(3), "5"), charge(june(3), "5", "Amazon S3")])
    sync_cost(mine, now)
    world.restate(june(3), USED, Decimal("4"))
    world.restate(june(3), "Amazon S3", Decimal("6"))
    sync_cost(mine, now + timedelta(hours=1))
    assert not Restatement.objects.exists()
    assert DailyCost.objects.get(service="Amazon S3").billed == 6


def test_a_day_that_became_final_is_known_as_such_when_it_changes_again(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(3), "5")])
    world.final_until = june(10)
    sync_cost(mine, now)
    world.restate(june(3), USED, Decimal("9"))
    sync_cost(mine, now + timedelta(hours=1))
    assert not Restatement.objects.get().was_estimated
