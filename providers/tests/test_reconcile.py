"""Rows always sum to the totals, whatever the cloud left out."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.reconcile import reconciled
from providers.records import (
    ROUNDING,
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)

DAYS = st.sampled_from([date(2026, 6, day) for day in (1, 2, 3)])
AMOUNTS = st.decimals(
    min_value=-1_000_000, max_value=1_000_000, places=10, allow_nan=False
)
CURRENCIES = st.sampled_from(["USD", "CNY"])
ROWS = st.lists(
    st.builds(
        CostRecord,
        day=DAYS,
        sub_account_id=st.sampled_from(["1", "2"]),
        service=st.sampled_from(["EC2", "S3", UNALLOCATED]),
        region=st.sampled_from(["", "us-east-1"]),
        charge_category=st.sampled_from([ChargeCategory.USAGE, ChargeCategory.TAX]),
        currency=CURRENCIES,
        billed=AMOUNTS,
        effective=AMOUNTS,
        is_estimated=st.booleans(),
    ),
    max_size=30,
)
TOTALS = st.lists(
    st.builds(
        CostTotalRecord,
        day=DAYS,
        currency=CURRENCIES,
        billed=AMOUNTS,
        effective=AMOUNTS,
        is_estimated=st.booleans(),
    ),
    unique_by=lambda total: (total.day, total.currency),
)
TAGGED = st.lists(
    st.builds(
        TagCostRecord,
        day=DAYS,
        tag_key=st.just("team"),
        tag_value=st.sampled_from(["", "shop", "data"]),
        sub_account_id=st.sampled_from(["1", "2"]),
        service=st.sampled_from(["", "EC2", "S3"]),
        currency=st.just("USD"),
        billed=AMOUNTS,
        effective=AMOUNTS,
        is_estimated=st.booleans(),
    ),
    max_size=30,
)
Sums = dict[tuple[date, str], tuple[Decimal, Decimal]]
MONDAY = date(2026, 6, 1)


def sums(records: Iterable[CostRecord | CostTotalRecord | TagCostRecord]) -> Sums:
    found: Sums = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for one in records:
        billed, effective = found[one.day, one.currency]
        found[one.day, one.currency] = (billed + one.billed, effective + one.effective)
    return {key: amounts for key, amounts in found.items() if any(amounts)}


def keys(reading: CostReading) -> list[tuple[object, ...]]:
    return [
        (
            *(row.day, row.sub_account_id, row.service, row.region),
            *(row.resource_group, row.charge_category, row.currency),
        )
        for row in reading.rows
    ]


def row(service: str, billed: str, **fields: str) -> CostRecord:
    return CostRecord(
        day=MONDAY,
        sub_account_id="1",
        service=service,
        region=fields.get("region", ""),
        charge_category=ChargeCategory.USAGE,
        currency=fields.get("currency", "USD"),
        billed=Decimal(billed),
        effective=Decimal(billed),
        is_estimated=False,
    )


def total(billed: str, currency: str = "USD") -> CostTotalRecord:
    return CostTotalRecord(MONDAY, currency, Decimal(billed), Decimal(billed), False)


@given(TOTALS, ROWS)
def test_rows_always_sum_to_the_totals(
    totals: list[CostTotalRecord], rows: list[CostRecord]
) -> None:
    reading = reconciled(totals, rows, "")
    assert sums(reading.rows) == sums(reading.totals)


@given(TOTALS, ROWS)
def test_the_cloud_s_totals_stay_and_no_key_appears_twice(
    totals: list[CostTotalRecord], rows: list[CostRecord]
) -> None:
    reading = reconciled(totals, rows, "")
    assert list(reading.totals[: len(totals)]) == totals
    assert len(keys(reading)) == len(set(keys(reading)))
    days = [(one.day, one.currency) for one in reading.totals]
    assert len(days) == len(set(days))


@given(st.lists(AMOUNTS, min_size=3, max_size=3), TAGGED)
def test_the_rows_of_each_tag_key_sum_to_the_totals(
    amounts: list[Decimal], tagged: list[TagCostRecord]
) -> None:
    days = [date(2026, 6, day) for day in (1, 2, 3)]
    totals = [
        CostTotalRecord(day, "USD", amount, amount, False)
        for day, amount in zip(days, amounts, strict=True)
    ]
    reading = reconciled(totals, [], "", tags={"team": tagged, "env": []})
    for key in ("team", "env"):
        rows = [one for one in reading.tags if one.tag_key == key]
        assert sums(rows) == sums(totals)
        names = [
            (one.day, one.tag_value, one.sub_account_id, one.service) for one in rows
        ]
        assert len(names) == len(set(names))


def test_what_the_groups_of_a_tag_lack_is_untagged() -> None:
    nine = Decimal(9)
    shop = TagCostRecord(
        *(MONDAY, "team", "shop", "1", "EC2", "USD"), nine, nine, is_estimated=False
    )
    reading = reconciled([total("10")], [row("EC2", "10")], "1", tags={"team": [shop]})
    rest = reading.tags[-1]
    assert (rest.tag_value, rest.service, rest.billed) == ("", UNALLOCATED, 1)


def test_what_the_groups_lack_is_named() -> None:
    reading = reconciled([total("10")], [row("EC2", "9.5")], "1")
    rest = reading.rows[-1]
    assert (rest.service, rest.billed, rest.sub_account_id) == (
        UNALLOCATED,
        Decimal("0.5"),
        "1",
    )
    assert rest.charge_category == ChargeCategory.USAGE


def test_groups_that_exceed_the_total_are_lowered_to_it() -> None:
    assert reconciled([total("1")], [row("EC2", "4")], "1").rows[-1].billed == -3


def test_nothing_is_added_where_nothing_is_missing() -> None:
    rows = [row("EC2", "9.5"), row("S3", "0.5")]
    assert list(reconciled([total("10")], rows, "1").rows) == rows


def test_equal_keys_become_one_row() -> None:
    reading = reconciled([total("3")], [row("EC2", "1"), row("EC2", "2")], "1")
    assert [one.billed for one in reading.rows] == [3]


def test_a_currency_without_a_total_gets_one_of_its_own() -> None:
    rows = [row("EC2", "1"), row("EC2", "7", currency="CNY")]
    reading = reconciled([total("1")], rows, "1")
    assert [(one.currency, one.billed) for one in reading.totals] == [
        ("USD", 1),
        ("CNY", 7),
    ]
    assert list(reading.rows) == rows


@pytest.mark.parametrize(
    ("billed", "named"),
    [
        ("1.0000009999", ROUNDING),
        ("0.9999990001", ROUNDING),
        ("1.000001", UNALLOCATED),
        ("0.5", UNALLOCATED),
    ],
)
def test_a_rest_below_what_doubles_lose_is_rounding(billed: str, named: str) -> None:
    reading = reconciled([total(billed)], [row("VM", "1")], "1", Decimal("1e-6"))
    assert [one.service for one in reading.rows] == ["VM", named]
    assert sums(reading.rows) == sums(reading.totals)


def test_without_doubles_the_smallest_rest_is_unallocated() -> None:
    reading = reconciled([total("1.0000000001")], [row("EC2", "1")], "1")
    assert [one.service for one in reading.rows] == ["EC2", UNALLOCATED]
