"""Rollups are the sums of the rows, whatever was written, and by whom."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Sum, When

from clouds.testing import account
from costs.models import CostDay, CostRollup, DailyCost
from costs.testing import charge
from syncs.models import CloudAccount

pytestmark = pytest.mark.django_db
Sums = dict[tuple[object, ...], tuple[Decimal, Decimal, int]]
JUNE = [date(2026, 6, day) for day in range(1, 6)]
COLUMNS = {
    "none": (),
    "service": ("service",),
    "region": ("region",),
    "account": ("sub_account_id",),
}


def summed() -> tuple[Sums, Sums]:
    """What the rows sum to: per account and day, and per dimension if counted."""
    days: Sums = defaultdict(lambda: (Decimal(0), Decimal(0), 0))
    rollups: Sums = defaultdict(lambda: (Decimal(0), Decimal(0), 0))
    for row in DailyCost.objects.select_related("account"):
        _add(days, (row.account_id, row.day, row.currency), row)
        if row.account.payer_id is None:
            for dimension, columns in COLUMNS.items():
                key = [getattr(row, column) for column in columns]
                about = (row.day, row.currency, row.charge_category)
                _add(rollups, (dimension, *about, *key), row)
    return dict(days), dict(rollups)


def _add(sums: Sums, key: tuple[object, ...], row: DailyCost) -> None:
    billed, effective, count = sums[key]
    sums[key] = (billed + row.billed, effective + row.effective, count + 1)


def held() -> tuple[Sums, Sums]:
    """What the rollups say."""
    days: Sums = {
        (row.account_id, row.day, row.currency): _figures(row)
        for row in CostDay.objects.all()
    }
    rollups: Sums = {
        (
            *(row.dimension, row.day, row.currency, row.charge_category),
            *(getattr(row, column) for column in COLUMNS[row.dimension]),
        ): _figures(row)
        for row in CostRollup.objects.all()
    }
    return days, rollups


def _figures(row: CostDay | CostRollup) -> tuple[Decimal, Decimal, int]:
    return row.billed, row.effective, row.row_count


def a_row(owner: CloudAccount, chance: random.Random, number: int) -> None:
    charge(
        owner,
        chance.choice(JUNE),
        str(Decimal(chance.randint(-(10**12), 10**12)).scaleb(-10)),
        service=f"{chance.choice('AB')}{number}",
        region=chance.choice(["", "eu-west-1", "us-east-1"]),
        category=chance.choice(["Usage", "Tax", "Credit"]),
        currency=chance.choice(["USD", "EUR"]),
        sub_account=chance.choice(["1", "2"]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_they_follow_rows_that_come_change_and_go(seed: int) -> None:
    chance = random.Random(seed)
    owners = [account(), account(2, "staging")]
    for number in range(40):
        a_row(chance.choice(owners), chance, number)
        if chance.random() < 0.4:
            row = chance.choice(list(DailyCost.objects.all()))
            DailyCost.objects.filter(pk=row.pk).update(
                billed=Decimal(chance.randint(0, 9)), service=f"C{number}"
            )
        if chance.random() < 0.3:
            DailyCost.objects.filter(day=chance.choice(JUNE)).delete()
        assert held() == summed()
    DailyCost.objects.all().delete()
    assert held() == ({}, {})


def test_they_follow_an_account_under_a_payer_s_bill_and_back() -> None:
    payer, member = account(), account(2, "member")
    for owner in (payer, member):
        charge(owner, JUNE[0], "2.5")
    for above in (payer, None):
        CloudAccount.objects.filter(pk=member.pk).update(payer=above)
        assert held() == summed()
    of = CostRollup.objects.filter(dimension="none")
    assert of.aggregate(total=Sum("billed"))["total"] == 5


def test_they_forget_an_account_that_is_deleted() -> None:
    owner, other = account(), account(2, "staging")
    for one in (owner, other):
        charge(one, JUNE[0], "2.5")
    owner.delete()
    assert held() == summed()
    assert {row.account_id for row in CostDay.objects.all()} == {other.pk}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("same_account", [True, False])
def test_a_sum_that_would_not_be_exact_is_refused(same_account: bool) -> None:
    """Of an account's day, or of all accounts'."""
    one = account()
    other = one if same_account else account(2, "staging")
    charge(one, JUNE[0], "900000000.0000000001")
    with pytest.raises(IntegrityError, match="use PostgreSQL"), transaction.atomic():
        charge(other, JUNE[0], "900000000.0000000001", service="S3")
    assert held() == summed()


def test_they_follow_rows_that_change_places_with_others_of_an_account() -> None:
    owners = [account(), account(2, "staging")]
    for number, owner in enumerate(owners):
        charge(owner, JUNE[number], f"{number + 1}.5")
    first, second = owners
    DailyCost.objects.update(
        account=Case(When(account=first, then=second.pk), default=first.pk)
    )
    assert held() == summed()
    DailyCost.objects.update(day=JUNE[4], billed=F("billed") - F("billed"))
    assert held() == summed()
