"""An account that goes, or is billed elsewhere, after its old months were pruned."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError

from archives.models import Archive
from archives.tests.months import MARCH, SPAN, run, store_old_months, sums
from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import data_version
from costs.models import CostRollup, DailyCost
from costs.rollups import changing
from costs.testing import store_costs
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


@pytest.fixture
def two(tmp_path: Path) -> tuple[CloudAccount, CloudAccount]:
    """One that stays and one that will not, with the same two months."""
    stays, leaves = account(1, "stays"), account(2, "leaves")
    store_old_months(stays)
    store_costs(leaves, SPAN, {"EC2": "7", "Support": "0.0000000001"})
    return stays, leaves


def prune(place: Path) -> str:
    return run("prune", "cost", "--to", place, "--yes")


def remove(one: CloudAccount) -> None:
    remove_accounts(CloudAccount.objects.filter(pk=one.pk))


def as_if_never_pruned() -> list[tuple[object, ...]]:
    """The sums of the rows, which come back for a moment."""
    run("restore_archive", "cost", "2024-03")
    run("restore_archive", "cost", "2024-04")
    return sums()


def test_a_deleted_account_leaves_the_sums_of_pruned_months(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path
) -> None:
    leaves = two[1]
    rows = list(leaves.daily_costs.all())
    with changing([leaves.pk]):
        leaves.daily_costs.all().delete()
    without = sums()
    with changing([leaves.pk]):
        DailyCost.objects.bulk_create(rows)
    prune(tmp_path)
    remove(leaves)
    assert sums() != without
    text = prune(tmp_path)
    assert "Sums of Daily costs of 2024-03: computed again" in text
    assert sums() == without
    assert prune(tmp_path) == "Nothing is that old.\n"


def test_what_a_deleted_bill_covered_is_counted_again(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path
) -> None:
    stays, leaves = two
    rows = list(leaves.daily_costs.all())
    with changing([leaves.pk]):
        leaves.daily_costs.all().delete()
    without = sums()
    for row in rows:
        row.sub_account_id = stays.account_id
    with changing([leaves.pk]):
        DailyCost.objects.bulk_create(rows)
    assert not CostRollup.objects.filter(service="S3").exists()
    prune(tmp_path)
    remove(leaves)
    prune(tmp_path)
    assert sums() == without


def test_what_was_answered_of_the_old_sums_is_stale(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path, admin_user: User
) -> None:
    prune(tmp_path)
    remove(two[1])
    before = data_version(admin_user, Dataset.COST)
    prune(tmp_path)
    assert data_version(admin_user, Dataset.COST) != before


def test_it_only_says_which_sums_it_would_compute_again(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path
) -> None:
    prune(tmp_path)
    remove(two[1])
    held = sums()
    text = run("prune", "cost", "--to", tmp_path)
    assert "Sums of Daily costs of 2024-04: computed again" in text
    assert "Nothing was done" in text
    assert sums() == held


def test_an_account_that_is_new_changes_no_sums(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path
) -> None:
    prune(tmp_path)
    account(3, "new")
    assert prune(tmp_path) == "Nothing is that old.\n"


def test_sums_stay_where_the_file_has_gone(
    two: tuple[CloudAccount, CloudAccount], tmp_path: Path
) -> None:
    prune(tmp_path)
    remove(two[1])
    held = sums()
    Path(Archive.objects.get(month=MARCH).location).unlink()
    with pytest.raises(CommandError, match="There is no file"):
        prune(tmp_path)
    assert sums() == held
