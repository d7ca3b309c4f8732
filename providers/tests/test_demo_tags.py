"""The demo's costs by tag: each key's rows of a day sum to the day's total."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.windows import Window
from providers.demo.company import ACCOUNT_IDS, STORES
from providers.demo.provider import DemoProvider
from providers.records import CostReading

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
# With the first of a month, and days that are late.
DAYS = Window(date(2026, 9, 28), ANCHOR)
KEYS = ["team", "env", "nobody-knows"]


def readings(account_id: str) -> list[CostReading]:
    demo = DemoProvider(account_id, ANCHOR, NOW, KEYS)
    return list(demo.fetch_costs(DAYS, lambda _: None))


@pytest.mark.parametrize("account_id", ACCOUNT_IDS.values())
def test_each_keys_rows_sum_to_the_total_and_none_comes_twice(account_id: str) -> None:
    for reading in readings(account_id):
        [total] = reading.totals
        for key in KEYS:
            rows = [row for row in reading.tags if row.tag_key == key]
            assert sum((row.billed for row in rows), Decimal(0)) == total.billed
            assert sum((row.effective for row in rows), Decimal(0)) == total.effective
            assert len({(row.tag_value, row.service) for row in rows}) == len(rows)


def test_what_nobody_tagged_has_no_value_as_has_a_key_that_nobody_uses() -> None:
    rows = readings(STORES)[0].tags
    teams = {row.tag_value for row in rows if row.tag_key == "team"}
    assert teams == {"", "stores", "stock", "finance"}
    assert {row.tag_value for row in rows if row.tag_key == KEYS[-1]} == {""}


def test_without_a_key_there_is_none() -> None:
    demo = DemoProvider(STORES, ANCHOR, NOW)
    assert not any(part.tags for part in demo.fetch_costs(DAYS, lambda _: None))
