"""Old snapshots, and those of disks that are gone."""

from decimal import Decimal
from typing import Any

import pytest

from insights.recommendations.engine.advice import Category, Rule
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    facts,
    judged,
    unanswered,
)
from insights.recommendations.tests.machines import at, days_ago
from providers.records import SnapshotRecord


def snapshot(age: int, **values: Any) -> Facts:
    made = at(days_ago(age))
    return facts(SnapshotRecord, created_at=made, first_seen_at=made, **values)


@pytest.mark.parametrize(
    ("exists", "age", "is_old"),
    [
        (True, 365, True),
        (True, 364, False),
        (None, 364, False),
        (False, 30, True),
        (False, 29, False),
    ],
)
def test_it_is_old_sooner_where_its_disk_is_gone(
    exists: bool | None, age: int, is_old: bool
) -> None:
    found = advised(snapshot(age, source_exists=exists))
    assert (Rule.OLD_SNAPSHOT in found) == is_old


def test_its_price_is_saved_where_no_other_shares_its_blocks() -> None:
    alone = advised(snapshot(400, source_exists=False))[Rule.OLD_SNAPSHOT]
    assert (alone.savings_monthly, alone.category) == (50, Category.STORAGE)
    shared = advised(snapshot(400, siblings=2))[Rule.OLD_SNAPSHOT]
    assert shared.savings_monthly is None
    assert shared.evidence["at_most_monthly"] == "50.00"
    assert shared.evidence["snapshots_of_the_same_disk"] == 3
    full = advised(snapshot(400, siblings=2, is_incremental=False))[Rule.OLD_SNAPSHOT]
    assert full.savings_monthly == Decimal(50)


def test_one_of_an_image_is_part_of_it() -> None:
    assert (
        judged(snapshot(900, description="Created by CreateImage(i-1) for ami-1")) == []
    )


def test_one_of_unknown_age_is_not_judged() -> None:
    unknown = facts(SnapshotRecord, first_seen_at=None)
    assert unanswered(unknown) == {Rule.OLD_SNAPSHOT: "It is unknown when it was made."}


def test_a_backup_plan_that_keeps_it_is_named() -> None:
    kept = snapshot(400, tags={"aws:backup:source-resource": "arn:aws:x"})
    assert "AWS Backup plan" in advised(kept)[Rule.OLD_SNAPSHOT].risk_reason
