"""Lines of costs that are read by day are written after them, and again once they
change."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.demo_clock import set_clock
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing import task_queue
from core.testing.clock import NOW
from core.windows import Window
from costs.lines.engine import DEADLINE_SECONDS
from costs.lines.line_groups import line_totals
from costs.lines.line_query import LineQuery
from costs.lines.line_source import line_source, newest_window
from costs.lines.models import LineItemMonth
from costs.lines.refresh import refresh_lines
from costs.lines.storage import delete_left_files
from costs.models import CostTotal, DailyCost
from costs.sync import sync_cost
from costs.tasks import refresh_lines as task
from live.watch import topic_versions
from providers.demo.company import STAGING
from providers.demo.provider import DemoProvider
from providers.errors import ErrorKind, ProviderError
from users.testing import person

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
    open_page = topic_versions(person("viewer"), ["lines"])
    [month] = refresh_lines(NOW + timedelta(minutes=1))
    assert topic_versions(person("viewer"), ["lines"]) != open_page
    assert month.month == date(2026, 10, 1) and month.path.exists()
    assert viewer.get(address, headers={"If-None-Match": etag}).status_code == 200
    assert list(refresh_lines(NOW + timedelta(minutes=2))) == []


def test_who_asked_before_a_month_was_replaced_is_answered(
    demo: CloudAccount, lines_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    list(refresh_lines(NOW))
    source = line_source(LineQuery(DAYS, currency="USD"), person("viewer"))
    sync_cost(demo, NOW, window=Window(date(2026, 10, 3), date(2026, 10, 4)))
    with django_capture_on_commit_callbacks(execute=True):
        list(refresh_lines(NOW + timedelta(minutes=1)))
    delete_left_files()
    count, _ = line_totals(source)
    assert count > 0
    with time_machine.travel(NOW + timedelta(minutes=15)):
        delete_left_files()
    files = {str(one.relative_to(lines_dir)) for one in lines_dir.rglob("*.parquet")}
    assert files == set(LineItemMonth.objects.values_list("file", flat=True))


def test_the_newest_days_end_with_the_companys_present(demo: CloudAccount) -> None:
    set_clock(datetime(2026, 10, 3, 14, tzinfo=UTC))
    assert list(refresh_lines(NOW))
    october = Window(date(2026, 10, 1), date(2026, 10, 3))
    assert newest_window(person("viewer"), NOW) == october


def test_a_month_that_fails_stops_no_other(
    demo: CloudAccount, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    write_lines = DemoProvider.write_lines

    def failing(self: DemoProvider, month: date, *args: Any) -> Any:
        if month == date(2026, 10, 1):
            raise ProviderError(ErrorKind.INVALID, "2026-10", "the disk is full", "")
        return write_lines(self, month, *args)

    monkeypatch.setattr(DemoProvider, "write_lines", failing)
    assert [one.month for one in refresh_lines(NOW)] == [date(2026, 9, 1)]
    assert "lines: staging (000000000022), 2026-10: " in caplog.text
    monkeypatch.undo()
    assert [one.month for one in refresh_lines(NOW)] == [date(2026, 10, 1)]


def test_many_months_wait_behind_what_else_is_queued(
    demo: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_queue.waiting()  # of other tests
    monkeypatch.setattr("costs.tasks.SECONDS_AT_ONCE", 0)
    task()
    assert [*sums(demo)] == [date(2026, 10, 1)]
    assert task_queue.work_off() == [None, None]
    assert len(sums(demo)) == 2


def test_the_next_turn_waits_for_questions_that_read_what_it_drops(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    sent: list[int] = []
    monkeypatch.setattr("costs.tasks._refresh_lines_for_a_while", lambda: False)
    monkeypatch.setattr(
        task, "apply_async", lambda **how: sent.append(how["countdown"])
    )
    task()
    settings.LINE_ITEMS_ENGINE = "clickhouse://elsewhere"
    task()
    assert sent == [0, DEADLINE_SECONDS]


def test_a_month_whose_costs_were_archived_is_left_alone(demo: CloudAccount) -> None:
    DailyCost.objects.filter(day__month=9).delete()
    assert [one.month for one in refresh_lines(NOW)] == [date(2026, 10, 1)]
    DailyCost.objects.all().delete()
    assert list(refresh_lines(NOW)) == []


def test_what_a_kill_left_behind_goes_after_a_day(lines_dir: Path) -> None:
    names = ["9/tmpx/focus-1.2.csv", "9/2026-10-1.parquet", "reading/manifest-a"]
    for name in names:
        path = lines_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1, 1))
    (lines_dir / "9/tmpx/younger.csv").touch()
    (lines_dir / "of-somebody-else.csv").touch()
    delete_left_files()
    left = {one.name for one in lines_dir.rglob("*") if one.is_file()}
    assert left == {"younger.csv", "of-somebody-else.csv"}
