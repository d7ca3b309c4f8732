"""Sums are those of all rows ever told, whether they are stored or in a file."""

from datetime import date
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from archives.models import Archive, Table
from archives.prune import due, prune
from archives.restore import restore
from archives.rollups import outdated, recompute
from archives.tests.months import ADA
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import ONE_DAY, add_months, first_of_month
from costs.testing import tag_sums_miss_rows
from costs.tests.test_rollups import (
    ACCOUNTS,
    NO_SHRINKING,
    Charge,
    bills,
    held,
    sums_of,
    sync,
)
from providers.records import CostRecord
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset
from syncs.runs.claims import claim

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
FIRST = date(2024, 3, 30)
DAYS = [FIRST + ONE_DAY * number for number in range(4)]
STEPS = st.one_of(
    st.tuples(st.just("sync"), ACCOUNTS, bills(DAYS)),
    st.tuples(st.just("remove"), ACCOUNTS, st.none()),
    st.tuples(st.just("prune"), ACCOUNTS, st.none()),
    st.tuples(st.just("restore"), ACCOUNTS, st.none()),
)


def nothing(sentence: str) -> None:
    """Progress that nobody watches."""


@settings(max_examples=15, deadline=None, phases=NO_SHRINKING)
@given(st.lists(STEPS, max_size=8))
def test_they_stay_right_over_archives(steps: list[tuple[str, int, object]]) -> None:
    with transaction.atomic(), TemporaryDirectory() as place:
        used: set[int] = set()
        owners: dict[int, CloudAccount] = {}
        told: dict[int, list[CostRecord]] = {}
        for count, (what, number, value) in enumerate(steps):
            if number not in owners:
                # One that comes back is another account to its cloud.
                digits = 100 * count + number if number in used else number
                used.add(number)
                owners[number] = account(digits, f"account {number}")
                claim(owners[number], Dataset.COST, NOW)
                told[number] = []
            owner = owners[number]
            if what == "sync":
                assert isinstance(value, list)
                told[number] = synced(owner, value, told[number])
            elif what == "remove":
                remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
                del owners[number], told[number]
            elif what == "prune":
                tables = [Table.COST, Table.TAG] if number % 2 else [Table.COST]
                for month in list(due(tables, timezone.now(), 16)):
                    prune(month, place, NOW, ADA, nothing)
            elif archive := pruned_costs().first():
                for one in outdated():
                    recompute(one, nothing)
                archive.refresh_from_db()
                if all(archive.accounts.values()):
                    restore(Table.COST, archive.month, NOW, ADA, nothing)
            for one in outdated():
                recompute(one, nothing)
            rows = [(owners[key], row) for key in told for row in told[key]]
            assert held() == sums_of(rows)
            assert not tag_sums_miss_rows()
        transaction.set_rollback(True)


def pruned_costs() -> QuerySet[Archive]:
    return Archive.objects.filter(table=Table.COST, restored_at=None)


def synced(
    owner: CloudAccount, charges: list[Charge], told: list[CostRecord]
) -> list[CostRecord]:
    """Sync the months that are not pruned, as a sync never reads one that is.

    Returns what the cloud has told of all days.
    """
    pruned = Archive.objects.filter(restored_at=None).values_list("month", flat=True)
    months = {first_of_month(one.day) for one in charges} - {*pruned}
    for month in months:
        of_month = [one for one in charges if first_of_month(one.day) == month]
        window = sync(owner, of_month)
        assert window.end <= add_months(month, 1)
        rows = [one.record for one in of_month]
        told = [row for row in told if row.day not in window] + rows
    return told
