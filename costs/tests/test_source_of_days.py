"""What counts the days answers as the totals do, and only of what one may see."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import Window
from costs.models import CostTotal
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.rollups import changing

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
START = date(2026, 6, 1)
DAYS = [START + timedelta(days=number) for number in range(5)]
WINDOW = Window(DAYS[1], DAYS[4])


def store(owner: CloudAccount, draw: random.Random) -> None:
    """As a sync does: the window's totals go, and others come."""
    with changing([owner.pk], WINDOW):
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


def test_days_answer_as_the_totals_do() -> None:
    draw = random.Random(2)
    for number in range(3):
        store(account(number, f"account {number}"), draw)
    user = User.objects.create_superuser("ada")
    by_day = CostSource.visible_to(user)
    by_total = CostSource(by_day.rows, by_day.totals)
    assert by_day.days is not None
    counts, totals = by_day.bills(), by_total.bills()
    assert counts.newest_day_per_currency() == totals.newest_day_per_currency()
    assert counts.stored_window() == totals.stored_window()
    narrowings: list[Callable[[CostSource], CostSource]] = [
        lambda bills: bills,
        lambda bills: bills.in_currency("USD"),
        lambda bills: bills.in_window(WINDOW),
        lambda bills: bills.before(DAYS[3]),
    ]
    for narrowed in narrowings:
        days = narrowed(by_day).bills().stored_days()
        assert days
        assert days == narrowed(by_total).bills().stored_days()


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
    see_only(user, one)
    seen = CostSource.visible_to(user)
    assert seen.days is None
    assert DAYS[0] not in seen.bills().stored_days()
    ada = User.objects.create_superuser("ada")
    query = CostQuery.from_values({"account": one.account_id}, NOW)
    some = CostSource.visible_to(ada).filtered(query, ada)
    assert some.bills().stored_days() == seen.bills().stored_days()
