"""A commitment whose charges come no longer is told, once a month."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Notice
from alerts.outbox import deliver_due
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import add_months, first_of_month, utc_day
from costs.testing import charge
from insights.refresh.commitment_notices import queue_ended_commitments
from syncs.models import Watermark

pytestmark = pytest.mark.django_db
MONTH = first_of_month(utc_day(NOW))
EIGHTH = NOW.replace(day=8)


@pytest.fixture(autouse=True)
def mail_only(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""


def committed(*amounts: str, read_days: int = 7, **values: Any) -> CloudAccount:
    """An account that paid these on the 1st of this month and of those before it."""
    owner = account()
    Watermark.objects.create(
        account=owner,
        dataset="cost",
        read_until=MONTH + timedelta(days=read_days),
        updated_at=NOW,
    )
    for back, amount in enumerate(amounts):
        if amount:
            paid(owner, add_months(MONTH, -back), amount, **values)
    return owner


def paid(owner: CloudAccount, day: date, amount: str, **values: Any) -> None:
    charge(owner, day, amount, **{"category": "Purchase", "service": "RDS", **values})


def test_one_that_did_not_come_is_reported_once(mailoutbox: Any) -> None:
    owner = committed("", "1215.50", "1215.50")
    for _ in range(2):
        queue_ended_commitments(EIGHTH)
        deliver_due(EIGHTH)
    (letter,) = mailoutbox
    said = f"Commitment charges of RDS in {owner} of $1,215.50 did not come in"
    assert said in letter.body
    told = Notice.objects.get()
    assert (told.topic, told.amount, told.account) == ("commitment", 1215.5, owner)
    assert told.is_acted_on


@pytest.mark.parametrize(
    ("amounts", "is_told"),
    [
        (("79", "100", "100"), True),
        (("80", "100", "100"), True),
        (("81", "100", "100"), False),
        (("", "100", ""), False),
        (("", "100", "70"), False),
        (("", "9", "9"), False),
        (("120", "100", "100"), False),
    ],
    ids=["fell", "edge", "little", "bought once", "unlike", "small", "rose"],
)
def test_it_is_reported_where_it_fell_after_months_alike(
    amounts: tuple[str, ...], is_told: bool
) -> None:
    committed(*amounts)
    queue_ended_commitments(EIGHTH)
    assert Notice.objects.exists() == is_told


def test_nothing_is_reported_while_the_first_days_may_still_grow() -> None:
    committed("", "100", "100", read_days=6)
    queue_ended_commitments(EIGHTH)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "values", [{"service": "AWS Support (Business)"}, {"category": "Usage"}]
)
def test_support_and_usage_are_no_commitments(values: dict[str, Any]) -> None:
    committed("", "100", "100", **values)
    queue_ended_commitments(EIGHTH)
    assert not Notice.objects.exists()


def test_plans_that_are_charged_each_day_are_summed(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = committed()
    for back, amount in enumerate(("15", "25", "25")):
        for day in range(4):
            at = add_months(MONTH, -back) + timedelta(days=day)
            paid(owner, at, amount, service="Savings Plans")
    queue_ended_commitments(EIGHTH)
    assert Notice.objects.get().amount == 40
    Notice.objects.all().delete()
    # Watermarks, accounts, purchases; channels, routes and the notice.
    with django_assert_num_queries(6):
        queue_ended_commitments(EIGHTH)
