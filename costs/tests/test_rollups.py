"""Sums are those of the rows, whatever happens to rows, totals and accounts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window
from costs.account_sums import RECENT_DAYS
from costs.day_blocks import BLOCKS, FIRST_OF
from costs.models import (
    BillDay,
    BillSpan,
    CostDay,
    CostRollup,
    CostTotal,
    CoveredDay,
    DailyCost,
    RecentCost,
    TagBillDay,
    TagDay,
    TagRollup,
    TagSpan,
)
from costs.staging_file import StagingFile
from costs.sync import replace_costs
from costs.testing import charge, rows_miss_totals, tag_sums_miss_rows
from providers.records import (
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
Sums = dict[tuple[object, ...], tuple[Decimal, Decimal, int]]
# The ends of two periods of thirty days lie among them.
FIRST = date(2026, 3, 29)
DAYS = [FIRST + ONE_DAY * number for number in (0, 1, 2, 3, 33, 34, 65)]
# Accounts 0 to 2: a bill of one may have charges of another.
MEMBERS = [f"{number:012}" for number in range(3)]
JUNE = [date(2026, 6, day) for day in range(1, 6)]
COLUMNS = {
    "none": (),
    "service": ("service",),
    "region": ("region",),
    "resource_group": ("resource_group",),
    "account": ("sub_account_id",),
    "account_month": ("sub_account_id",),
    "group_month": ("resource_group",),
    **dict.fromkeys(BLOCKS, ("service", "region", "resource_group", "sub_account_id")),
}


def summed() -> tuple[Sums, Sums]:
    """What the rows sum to: per account and day, and per dimension if counted."""
    rows = DailyCost.objects.select_related("account")
    return sums_of((row.account, row) for row in rows)


def sums_of(
    rows: Iterable[tuple[CloudAccount, DailyCost | CostRecord]],
) -> tuple[Sums, Sums]:
    days: Sums = defaultdict(lambda: (Decimal(0), Decimal(0), 0))
    rollups: Sums = defaultdict(lambda: (Decimal(0), Decimal(0), 0))
    rows = list(rows)
    covered = covered_days(rows)
    for owner, row in rows:
        _add(days, (owner.pk, row.day, row.currency), row)
        if (owner.account_id, row.day) not in covered:
            for dimension, columns in COLUMNS.items():
                key = [getattr(row, column) for column in columns]
                block = dimension.removeprefix("account_").removeprefix("group_")
                day = FIRST_OF[block](row.day) if block in FIRST_OF else row.day
                about = (day, row.currency, str(row.charge_category))
                _add(rollups, (dimension, *about, *key), row)
    return dict(days), dict(rollups)


def covered_days(
    rows: Iterable[tuple[CloudAccount, DailyCost | CostRecord]],
) -> set[tuple[str, date]]:
    """The days of accounts of which the bill of another account has charges."""
    return {
        (row.sub_account_id, row.day)
        for owner, row in rows
        if row.sub_account_id != owner.account_id
    }


def _add(sums: Sums, key: tuple[object, ...], row: DailyCost | CostRecord) -> None:
    billed, effective, count = sums[key]
    sums[key] = (billed + row.billed, effective + row.effective, count + 1)


def held() -> tuple[Sums, Sums]:
    """What the sums say."""
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


def bill_days() -> dict[tuple[date, str], tuple[int, int, int]]:
    """How many totals are counted each day, are estimated and do not reconcile."""
    found: dict[tuple[date, str], tuple[int, int, int]] = {}
    broken = {total.pk for total in rows_miss_totals()}
    rows = DailyCost.objects.select_related("account")
    covered = covered_days((row.account, row) for row in rows)
    for total in CostTotal.objects.select_related("account"):
        if (total.account.account_id, total.day) in covered:
            continue
        count, estimated, unreconciled = found.get(
            (total.day, total.currency), (0,) * 3
        )
        found[total.day, total.currency] = (
            count + 1,
            estimated + total.is_estimated,
            unreconciled + (total.pk in broken),
        )
    return found


def spans() -> dict[tuple[int, str], tuple[date, date, int]]:
    """Counted days since the last time that another bill covered the account."""
    days: dict[tuple[int, str], list[date]] = defaultdict(list)
    for owner in CloudAccount.objects.all():
        covered = CoveredDay.objects.filter(sub_account_id=owner.account_id)
        hidden = set(covered.values_list("day", flat=True))
        own = [total for total in owner.cost_totals.all() if total.day not in hidden]
        newest = max((total.day for total in own), default=date.max)
        since = max((day for day in hidden if day < newest), default=date.min)
        for total in own:
            if total.day > since:
                days[owner.pk, total.currency].append(total.day)
    return {key: (min(of), max(of), len(of)) for key, of in days.items()}


def recent() -> dict[tuple[object, ...], list[Decimal]]:
    """What each service cost in the newest 30 days of a bill, and in those before."""
    found: dict[tuple[object, ...], list[Decimal]] = {}
    for owner in CloudAccount.objects.all():
        newest = {
            currency: last
            for (pk, currency), (_, last, _) in spans().items()
            if pk == owner.pk
        }
        for row in owner.daily_costs.counted().filter(currency__in=newest):
            age = (newest[row.currency] - row.day).days
            if age < 2 * RECENT_DAYS:
                until = newest[row.currency] + ONE_DAY
                which = (owner.pk, until, row.sub_account_id, row.service, row.currency)
                amounts = found.setdefault(which, [Decimal(0), Decimal(0)])
                amounts[age >= RECENT_DAYS] += row.billed
    return found


def assert_all_sums_are_right() -> None:
    assert held() == summed()
    assert not tag_sums_miss_rows()
    assert bill_days() == {
        (row.day, row.currency): (
            row.total_count,
            row.estimated_count,
            row.unreconciled_count,
        )
        for row in BillDay.objects.all()
    }
    assert {total.pk for total in rows_miss_totals()} == {
        total.pk for total in CostTotal.objects.unreconciled()
    }
    assert spans() == {
        (row.account_id, row.currency): (row.first_day, row.last_day, row.days)
        for row in BillSpan.objects.all()
    }
    keys = ("account_id", "until", "sub_account_id", "service", "currency")
    assert recent() == {
        tuple(getattr(row, key) for key in keys): [row.billed, row.billed_before]
        for row in RecentCost.objects.all()
    }
    assert set(CoveredDay.objects.values_list("account", "day", "sub_account_id")) == {
        (row.account_id, row.day, row.sub_account_id)
        for row in DailyCost.objects.select_related("account")
        if row.sub_account_id != row.account.account_id
    }


def assert_an_upgrade_sums_the_same_by_tag() -> None:
    for model in (TagBillDay, TagDay, TagRollup, TagSpan):
        model.objects.all().delete()
    upgrade = import_module("costs.migrations.0007_sums_by_tag")
    upgrade.add_sums(apps, connection.schema_editor())
    assert not tag_sums_miss_rows()


@dataclass(frozen=True)
class Charge:
    """A row that the cloud tells of a day."""

    day: date
    service: str
    region: str
    group: str
    sub_account: str
    category: ChargeCategory
    currency: str
    amount: int
    is_estimated: bool
    tags: frozenset[str]

    @property
    def record(self) -> CostRecord:
        return CostRecord(
            day=self.day,
            sub_account_id=self.sub_account,
            service=self.service,
            region=self.region,
            resource_group=self.group,
            charge_category=self.category,
            currency=self.currency,
            billed=Decimal(self.amount).scaleb(-10),
            effective=Decimal(-2 * self.amount).scaleb(-10),
            is_estimated=self.is_estimated,
        )


def bills(days: list[date]) -> st.SearchStrategy[list[Charge]]:
    """Bills of these days, in which no row comes twice."""
    charges = st.builds(
        Charge,
        day=st.sampled_from(days),
        service=st.sampled_from("AB"),
        region=st.sampled_from(["", "eu-west-1"]),
        group=st.sampled_from(["", "shop-rg"]),
        sub_account=st.sampled_from([*MEMBERS, "7"]),
        category=st.sampled_from([ChargeCategory.USAGE, ChargeCategory.TAX]),
        currency=st.sampled_from(["USD", "EUR"]),
        amount=st.just(0) | st.integers(-(10**12), 10**12),
        is_estimated=st.booleans(),
        tags=st.frozensets(st.sampled_from(["team=shop", "team=", "env=test"])),
    )

    def key(one: Charge) -> tuple[object, ...]:
        names = ("day", "service", "region", "group", "sub_account")
        return tuple(getattr(one, name) for name in (*names, "category", "currency"))

    return st.lists(charges, min_size=1, max_size=6, unique_by=key)


# To find a smaller failure takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
ACCOUNTS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("sync"), ACCOUNTS, bills(DAYS)),
    st.tuples(st.just("remove"), ACCOUNTS, st.none()),
)


@settings(max_examples=15, deadline=None, phases=NO_SHRINKING)
@given(st.lists(STEPS, max_size=8))
def test_they_stay_right_whatever_happens(
    steps: list[tuple[str, int, object]],
) -> None:
    with transaction.atomic():
        owners: dict[int, CloudAccount] = {}
        for what, number, value in steps:
            if number not in owners:
                owners[number] = account(number, f"account {number}")
                claim(owners[number], Dataset.COST, NOW)
            owner = owners[number]
            if what == "sync":
                assert isinstance(value, list)
                sync(owner, value)
            else:
                remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
                del owners[number]
            assert_all_sums_are_right()
        assert_an_upgrade_sums_the_same_by_tag()
        remove_accounts(CloudAccount.objects.all())
        assert_all_sums_are_right()
        assert held() == ({}, {})
        transaction.set_rollback(True)


def sync(owner: CloudAccount, charges: list[Charge]) -> Window:
    """Store what the cloud tells of the days from the first of these to the last."""
    run = SyncRun.objects.get(account=owner)
    days = [one.day for one in charges]
    window = Window(min(days), max(days) + ONE_DAY)
    rows = [one.record for one in charges]
    with StagingFile(owner.pk) as staged, transaction.atomic():
        staged.add(CostReading(list(totals(rows)), rows, list(by_tag(charges))))
        run.started_at += ONE_DAY
        run.save()
        replace_costs(run, window, staged)
    return window


def totals(rows: list[CostRecord]) -> Iterator[CostTotalRecord]:
    for day, currency in {(row.day, row.currency) for row in rows}:
        of_day = [r for r in rows if (r.day, r.currency) == (day, currency)]
        yield CostTotalRecord(
            day,
            currency,
            sum((row.billed for row in of_day), Decimal(0)),
            sum((row.effective for row in of_day), Decimal(0)),
            any(row.is_estimated for row in of_day),
        )


def by_tag(charges: list[Charge]) -> Iterator[TagCostRecord]:
    """The same charges by each of their tags."""
    rows: dict[tuple[date, str, str, str, str, str], list[CostRecord]]
    rows = defaultdict(list)
    for one in charges:
        row = one.record
        for tag in one.tags:
            key, value = tag.split("=")
            of = (row.day, key, value, row.sub_account_id, row.service, row.currency)
            rows[of].append(row)
    for (day, key, value, owner, service, currency), found in rows.items():
        yield TagCostRecord(
            day=day,
            tag_key=key,
            tag_value=value,
            sub_account_id=owner,
            service=service,
            currency=currency,
            billed=sum((row.billed for row in found), Decimal(0)),
            effective=sum((row.effective for row in found), Decimal(0)),
            is_estimated=found[0].is_estimated,
        )


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("same_account", [True, False])
def test_a_sum_that_would_not_be_exact_is_refused(same_account: bool) -> None:
    """Of an account's day, or of all accounts'."""
    one = account()
    other = one if same_account else account(2, "staging")
    charge(one, JUNE[0], "900000000.0000000001")
    with pytest.raises(OverflowError, match="use PostgreSQL"), transaction.atomic():
        charge(other, JUNE[0], "900000000.0000000001", service="S3")
    assert held() == summed()
