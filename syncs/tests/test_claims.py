"""Claiming the slot of an account's dataset: what else can refuse the row."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError

from clouds.models import CloudAccount
from clouds.testing import aws_account
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import Refused, SlotTaken, claim

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
Save = SyncRun.save


def refusing(tries: list[int], times: int) -> Any:
    """A `save` that the database refuses so many times."""

    def save(run: SyncRun, **options: Any) -> None:
        tries.append(1)
        if len(tries) <= times:
            raise IntegrityError("a constraint that is not the slot")
        Save(run, **options)

    return save


def test_a_row_that_another_constraint_refuses_is_tried_twice_and_raised(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, tries = aws_account(), list[int]()
    monkeypatch.setattr(SyncRun, "save", refusing(tries, 9))
    with pytest.raises(IntegrityError, match="not the slot"):
        claim(mine, Dataset.INSTANCES, now)
    assert len(tries) == 2


def test_a_slot_that_was_freed_at_that_very_moment_is_claimed(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = aws_account()
    monkeypatch.setattr(SyncRun, "save", refusing([], 1))
    assert claim(mine, Dataset.INSTANCES, now).status == "running"


def test_a_slot_that_is_held_or_an_account_that_is_gone_is_not_tried_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, tries = aws_account(), list[int]()
    claim(mine, Dataset.INSTANCES, now)
    monkeypatch.setattr(SyncRun, "save", refusing(tries, 9))
    with pytest.raises(SlotTaken):
        claim(mine, Dataset.INSTANCES, now)
    CloudAccount.objects.filter(pk=mine.pk).delete()
    with pytest.raises(Refused, match="was removed meanwhile"):
        claim(mine, Dataset.INSTANCES, now)
    assert len(tries) == 2
