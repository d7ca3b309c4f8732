"""A commitment of which much is not used is told once a month, with the amount."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from alerts.models import Notice
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import add_months, first_of_month, utc_day
from costs.lines.testing import line, store_lines
from insights.refresh.unused_commitments import queue_unused_commitments

pytestmark = pytest.mark.django_db
MONTH = add_months(first_of_month(utc_day(NOW)), -1)


@pytest.fixture(autouse=True)
def lines_dir(settings: Settings, tmp_path: Path) -> None:
    settings.LINE_ITEMS_DIR = tmp_path
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""


def committed(used: str, unused: str) -> None:
    """A plan of which so much was used, and so much was not, in last month's bill."""
    owner = account()
    its: dict[str, Any] = {
        "SubAccountId": owner.account_id,
        "CommitmentDiscountId": "sp-1",
        "CommitmentDiscountName": "Compute plan",
    }
    store_lines(
        owner,
        MONTH,
        [
            line(MONTH, used, CommitmentDiscountStatus="Used", **its),
            line(MONTH, unused, CommitmentDiscountStatus="Unused", **its),
        ],
    )


@pytest.mark.parametrize(
    ("used", "unused", "is_told"),
    [("70", "30", True), ("1000", "30", False), ("0", "24", False)],
    ids=["a third", "a small share", "little money"],
)
def test_it_is_reported_from_a_tenth_and_some_money_on(
    used: str, unused: str, is_told: bool
) -> None:
    committed(used, unused)
    queue_unused_commitments(NOW)
    assert Notice.objects.exists() == is_told


def test_it_is_reported_once_a_month_with_the_amount() -> None:
    committed("70", "30")
    for _ in range(2):
        queue_unused_commitments(NOW + timedelta(hours=1))
        cache.clear()
    told = Notice.objects.get()
    assert (told.topic, told.amount, told.currency) == ("commitment", 30, "USD")
    assert "$30.00 of the $100.00 that Compute plan in production" in told.text
    assert "cost in October was not used. Move" in told.text


def test_the_last_days_of_a_month_are_waited_for() -> None:
    committed("70", "30")
    begin = datetime.combine(first_of_month(utc_day(NOW)), time(), UTC)
    queue_unused_commitments(begin + timedelta(days=3) - timedelta(seconds=1))
    assert not Notice.objects.exists()
    queue_unused_commitments(begin + timedelta(days=3))
    assert Notice.objects.exists()
