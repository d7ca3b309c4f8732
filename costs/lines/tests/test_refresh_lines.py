"""Lines of costs that are read by day are written after them, and again once they
change."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window
from costs.lines.models import LineItemMonth
from costs.lines.refresh import refresh_lines
from costs.models import CostTotal
from costs.sync import sync_cost
from costs.tasks import refresh_lines as task
from providers.demo.company import STAGING

pytestmark = pytest.mark.django_db
DAYS = Window(date(2026, 9, 28), date(2026, 10, 3))


@pytest.fixture
def demo() -> CloudAccount:
    """Read up to a month's third day."""
    account(9, "no demo")
    one = CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=STAGING, name="staging"
    )
    CloudAccount.objects.filter(pk=one.pk).update(created_at=NOW)
    one.refresh_from_db()
    sync_cost(one, NOW, window=DAYS)
    return one


def sums(owner: CloudAccount) -> dict[date, Decimal]:
    return dict(owner.line_item_months.values_list("month", "billed"))


def test_lines_sum_to_the_stored_costs_and_are_written_once(
    demo: CloudAccount, lines_dir: Path
) -> None:
    assert [one.month for one in refresh_lines(NOW)] == [
        date(2026, 10, 1),
        date(2026, 9, 1),
    ]
    totals = CostTotal.objects.filter(account=demo)
    for month, billed in sums(demo).items():
        days = totals.filter(day__year=month.year, day__month=month.month)
        assert billed == sum(days.values_list("billed", flat=True))
    assert list(refresh_lines(NOW + timedelta(minutes=1))) == []
    files = {str(one.relative_to(lines_dir)) for one in lines_dir.rglob("*.parquet")}
    assert files == set(LineItemMonth.objects.values_list("file", flat=True))


def test_a_month_that_changed_is_written_again_and_answers_are_new(
    demo: CloudAccount, viewer: Client
) -> None:
    task()
    address = "/api/v1/lines/groups/?group_by=service&start=2026-10-01&end=2026-10-03"
    etag = viewer.get(address)["ETag"]
    sync_cost(demo, NOW, window=Window(date(2026, 10, 3), date(2026, 10, 4)))
    [month] = refresh_lines(NOW + timedelta(minutes=1))
    assert month.month == date(2026, 10, 1) and month.path.exists()
    assert viewer.get(address, headers={"If-None-Match": etag}).status_code == 200
    assert list(refresh_lines(NOW + timedelta(minutes=2))) == []
