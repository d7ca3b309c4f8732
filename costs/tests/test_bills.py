"""Days are counted as their totals are, whatever was written, and by whom."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from clouds.testing import account
from costs.bills import Bills, bills_of
from costs.models import BillDay, CostTotal
from people.models import AccountAccess
from providers.windows import Window
from syncs.models import CloudAccount

pytestmark = pytest.mark.django_db
START = date(2026, 6, 1)
DAYS = [START + timedelta(days=number) for number in range(5)]
WINDOW = Window(DAYS[1], DAYS[4])


def store(owner: CloudAccount, draw: random.Random) -> None:
    """As a sync does: the window's totals go, and others come."""
    CostTotal.objects.filter(account=owner).in_window(WINDOW).delete()
    CostTotal.objects.bulk_create(
        CostTotal(
            account=owner,
            day=day,
            currency=draw.choice(["USD", "EUR"]),
            billed=1,
            effective=1,
            is_estimated=draw.random() < 0.5,
        )
        for day in WINDOW.days()
        if draw.random() < 0.8
    )


def counted() -> dict[tuple[date, str], tuple[int, int]]:
    """What the totals say of each day."""
    found: dict[tuple[date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for total in CostTotal.objects.counted():
        count, estimated = found[total.day, total.currency]
        found[total.day, total.currency] = (count + 1, estimated + total.is_estimated)
    return dict(found)


def held() -> dict[tuple[date, str], tuple[int, int]]:
    return {
        (row.day, row.currency): (row.total_count, row.estimated_count)
        for row in BillDay.objects.all()
    }


@pytest.mark.parametrize("seed", range(3))
def test_days_stay_equal_to_their_totals(seed: int) -> None:
    draw = random.Random(seed)
    owners = [account(number, f"account {number}") for number in range(3)]
    payer = account(9, "payer")
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    for _ in range(12):
        owner = draw.choice(owners)
        store(owner, draw)
        totals = CostTotal.objects.filter(account=owner)
        totals.filter(day=draw.choice(DAYS)).update(is_estimated=False)
        above = draw.choice([None, payer])
        CloudAccount.objects.filter(pk=owner.pk).update(payer=above)
        assert held() == counted()
    owners[0].delete()
    assert held() == counted()
    CostTotal.objects.all().delete()
    assert held() == {}


def test_days_answer_as_the_totals_do() -> None:
    draw = random.Random(2)
    for number in range(3):
        store(account(number, f"account {number}"), draw)
    user = User.objects.create_superuser("ada")
    by_day = bills_of(user)
    by_total = Bills(by_day.totals)
    assert by_day.days is not None
    assert by_day.currencies() == by_total.currencies() == ["EUR", "USD"]
    assert by_day.newest_day_per_currency() == by_total.newest_day_per_currency()
    assert by_day.stored_window() == by_total.stored_window()
    narrowings: list[Callable[[Bills], Bills]] = [
        lambda bills: bills,
        lambda bills: bills.in_currency("USD"),
        lambda bills: bills.in_window(WINDOW),
        lambda bills: bills.before(DAYS[3]),
    ]
    for narrowed in narrowings:
        days = narrowed(by_day).days_by_estimate()
        assert days
        assert days == narrowed(by_total).days_by_estimate()


def test_who_sees_some_accounts_is_told_of_their_days_alone() -> None:
    draw = random.Random(3)
    one, other = account(1, "one"), account(2, "other")
    store(one, draw)
    CostTotal.objects.create(
        account=other,
        day=DAYS[0],
        currency="USD",
        billed=1,
        effective=1,
        is_estimated=False,
    )
    user = User.objects.create_user("grace")
    AccountAccess.objects.create(user=user).accounts.add(one)
    seen = bills_of(user)
    assert seen.days is None
    assert DAYS[0] not in seen.days_by_estimate()
    some = bills_of(User.objects.create_superuser("ada")).of_accounts(account=one)
    assert some.days_by_estimate() == seen.days_by_estimate()
