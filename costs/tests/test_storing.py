"""A sync's rows take the place of those before, whatever changed, and nothing else."""

import random
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account
from core.windows import Window
from costs.models import DailyCost
from costs.staging_file import StagingFile
from costs.sync import replace_costs
from costs.testing import charge
from costs.tests.test_rollups import JUNE, held, summed
from providers.records import ChargeCategory, CostReading, CostRecord
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
COLUMNS = [field.name for field in fields(CostRecord)]
WINDOW = Window(JUNE[0], JUNE[-1] + timedelta(days=1))


def a_record(chance: random.Random, number: int) -> CostRecord:
    return CostRecord(
        day=chance.choice(JUNE),
        sub_account_id=chance.choice(["1", f"{1:012}", f"{2:012}"]),
        service=f"Service {number}",
        region=chance.choice(["", "eu-west-1", "us-east-1"]),
        charge_category=chance.choice(list(ChargeCategory)),
        currency=chance.choice(["USD", "EUR"]),
        billed=an_amount(chance),
        effective=an_amount(chance),
        is_estimated=chance.random() < 0.5,
    )


def an_amount(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(-(10**12), 10**12)).scaleb(-10)


def restated(chance: random.Random, rows: list[CostRecord]) -> list[CostRecord]:
    """Some rows with another amount, some only final now, some gone, some as before."""
    changes: tuple[dict[str, Any] | None, ...] = (
        {},
        {},
        {"billed": an_amount(chance)},
        {"effective": an_amount(chance)},
        {"is_estimated": False},
        None,
    )
    picked = [(row, chance.choice(changes)) for row in rows]
    return [replace(row, **change) for row, change in picked if change is not None]


def store(run: SyncRun, rows: list[CostRecord], window: Window = WINDOW) -> None:
    with StagingFile(run.account.pk) as staged, transaction.atomic():
        staged.add(CostReading([], rows))
        replace_costs(run, window, staged)


def stored(owner: CloudAccount) -> set[tuple[object, ...]]:
    return set(DailyCost.objects.filter(account=owner).values_list(*COLUMNS))


def told(rows: list[CostRecord]) -> set[tuple[object, ...]]:
    return {tuple(getattr(row, name) for name in COLUMNS) for row in rows}


@pytest.mark.parametrize("seed", range(4))
def test_random_syncs_leave_what_the_cloud_answered_last_and_its_sums(
    seed: int,
) -> None:
    chance = random.Random(seed)
    payer, member = account(), account(2, "member")
    runs = {one: claim(one, Dataset.COST, NOW) for one in (payer, member)}
    rows: dict[CloudAccount, list[CostRecord]] = {one: [] for one in runs}
    for step in range(12):
        owner = chance.choice([payer, member])
        new = [a_record(chance, 100 * step + n) for n in range(chance.randint(1, 9))]
        rows[owner] = restated(chance, rows[owner]) + new
        store(runs[owner], rows[owner])
        assert {one: stored(one) for one in rows} == {
            one: told(kept) for one, kept in rows.items()
        }
        assert held() == summed()


def test_the_days_around_the_window_stay() -> None:
    owner = account()
    for day in JUNE:
        charge(owner, day, "1.5")
    one = CostRecord(
        day=JUNE[2],
        sub_account_id=owner.account_id,
        service="EC2",
        region="eu-west-1",
        charge_category=ChargeCategory.USAGE,
        currency="USD",
        billed=Decimal(7),
        effective=Decimal(7),
        is_estimated=False,
    )
    run = claim(owner, Dataset.COST, NOW)
    store(run, [one], Window(JUNE[1], JUNE[4]))
    rows = DailyCost.objects.order_by("day").values_list("day", "billed")
    assert list(rows) == [
        (JUNE[0], Decimal("1.5")),
        (JUNE[2], Decimal(7)),
        (JUNE[4], Decimal("1.5")),
    ]
    assert held() == summed()


@pytest.mark.only_on("postgresql")
def test_only_the_days_that_differ_are_summed_again() -> None:
    chance = random.Random(1)
    owner = account()
    rows = [replace(a_record(chance, n), day=JUNE[n]) for n in (1, 2)]
    run = claim(owner, Dataset.COST, NOW)
    store(run, rows)
    with CaptureQueriesContext(connection) as queries:
        store(run, rows)
    assert not any("cost_changes" in query["sql"] for query in queries)
    changed = [rows[0], replace(rows[1], billed=rows[1].billed + 1)]
    with CaptureQueriesContext(connection) as queries:
        store(run, changed)
    summed_days = [q["sql"] for q in queries if "INSERT INTO cost_changes" in q["sql"]]
    assert summed_days
    assert all(f"day >= '{rows[1].day}'" in sql for sql in summed_days)
    assert stored(owner) == told(changed)
    assert held() == summed()


@pytest.mark.parametrize(
    "name", ["a,b", 'a "b"', "a\nb", "a\r\nb", "a\rb", "a\\tb", "a\tb", "ü 💸", "\\."]
)
def test_names_are_stored_as_the_cloud_writes_them(name: str) -> None:
    chance = random.Random(1)
    owner = account()
    rows = [replace(a_record(chance, 1), service=name), a_record(chance, 2)]
    run = claim(owner, Dataset.COST, NOW)
    for _ in range(2):
        store(run, rows)
        assert stored(owner) == told(rows)


def test_rows_of_no_account_are_refused() -> None:
    owner = account()
    with pytest.raises(IntegrityError), transaction.atomic():
        charge(CloudAccount(pk=owner.pk + 1, account_id="1"), JUNE[0], "1.5")
        connection.check_constraints()
    assert not DailyCost.objects.exists()


def test_an_account_with_rows_can_not_go_without_them() -> None:
    owner = account()
    charge(owner, JUNE[0], "1.5")
    with pytest.raises(IntegrityError), transaction.atomic():
        CloudAccount.objects.filter(pk=owner.pk)._raw_delete(using="default")
        connection.check_constraints()
    assert DailyCost.objects.exists()
    remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
    assert held() == summed() == ({}, {})
