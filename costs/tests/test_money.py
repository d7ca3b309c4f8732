"""An amount is kept, added, compared and ordered to its last place."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.db.models import Avg, F, Max, Min, Sum, Value
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from clouds.models import CloudAccount
from clouds.testing import account
from core.db.money_field import MoneyField
from costs.models import DailyCost

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAY = date(2026, 6, 1)
SMALLEST = Decimal("0.0000000001")
LARGEST_OF_SQLITE = Decimal("922337203.6854775807")
LIMIT = Decimal("9000000")
amounts = st.decimals(-LIMIT, LIMIT, places=10)
with_database = hypothesis_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
only_sqlite = pytest.mark.only_on("sqlite")


def store(*billed: Decimal | str, effective: str = "0") -> CloudAccount:
    owner = account()
    DailyCost.objects.bulk_create(
        DailyCost(
            account=owner,
            day=DAY,
            service=f"service {number}",
            charge_category="Usage",
            currency="USD",
            billed=amount,
            effective=effective,
            is_estimated=False,
        )
        for number, amount in enumerate(billed)
    )
    return owner


def stored() -> list[Decimal]:
    return list(DailyCost.objects.order_by("billed").values_list("billed", flat=True))


@pytest.mark.parametrize(
    "text", ["0", "0.0000000001", "-0.0000000001", "12.3456789012", "900000000"]
)
def test_an_amount_comes_back_as_it_went_in(text: str) -> None:
    store(text)
    assert stored() == [Decimal(text)]
    assert isinstance(stored()[0], Decimal)


def test_ten_cents_and_twenty_cents_are_thirty() -> None:
    store(*["0.1"] * 10, "0.2")
    total = DailyCost.objects.aggregate(total=Sum("billed"))["total"]
    assert total == Decimal("1.2")


@with_database
@given(st.lists(amounts, min_size=1, max_size=30))
def test_the_database_adds_as_decimal_does(billed: list[Decimal]) -> None:
    CloudAccount.objects.all().delete()
    store(*billed)
    found = DailyCost.objects.aggregate(
        total=Sum("billed"), least=Min("billed"), most=Max("billed")
    )
    assert found["total"] == sum(billed, Decimal(0))
    assert (found["least"], found["most"]) == (min(billed), max(billed))


@with_database
@given(st.lists(amounts, min_size=2, max_size=12), amounts)
def test_the_database_orders_and_compares_as_decimal_does(
    billed: list[Decimal], bound: Decimal
) -> None:
    CloudAccount.objects.all().delete()
    store(*billed)
    assert stored() == sorted(billed)
    for lookup, expected in {
        "gt": [amount for amount in sorted(billed) if amount > bound],
        "lte": [amount for amount in sorted(billed) if amount <= bound],
        "in": [amount for amount in sorted(billed) if amount == billed[0]],
    }.items():
        wanted = [billed[0]] if lookup == "in" else bound
        rows = DailyCost.objects.filter(**{f"billed__{lookup}": wanted})
        assert sorted(row.billed for row in rows) == expected


def test_amounts_are_distinguished_in_the_last_of_ten_places() -> None:
    store("1", Decimal(1) + SMALLEST)
    assert DailyCost.objects.filter(billed__gt=1).count() == 1
    assert DailyCost.objects.filter(billed=Decimal(1) + SMALLEST).count() == 1


def test_expressions_of_amounts_are_amounts() -> None:
    store("1.5", effective="2.25")
    found = DailyCost.objects.annotate(
        both=F("billed") + F("effective"),
        less=F("billed") - F("effective"),
        minus=-F("billed"),
        double=F("billed") * 2,
        more=F("billed") + Value(Decimal("0.1"), MoneyField()),
    ).get()
    assert (found.both, found.less) == (Decimal("3.75"), Decimal("-0.75"))
    assert (found.minus, found.double) == (Decimal("-1.5"), Decimal(3))
    assert found.more == Decimal("1.6")


def test_sums_of_expressions_and_defaults_are_amounts() -> None:
    store("1.5", effective="2.25")
    both = DailyCost.objects.aggregate(both=Sum(F("billed") + F("effective")))
    none = DailyCost.objects.filter(billed__lt=0)
    assert both["both"] == Decimal("3.75")
    assert none.aggregate(t=Sum("billed", default=Decimal("0.5")))["t"] == Decimal(
        "0.5"
    )
    assert DailyCost.objects.aggregate(a=Avg("billed"))["a"] == Decimal("1.5")


def test_an_amount_and_a_plain_number_are_not_added_by_mistake() -> None:
    store("1.5")
    with pytest.raises(FieldError):
        DailyCost.objects.annotate(more=F("billed") + Decimal("0.1")).get()


def test_an_update_may_compute() -> None:
    store("1.5", effective="2.25")
    DailyCost.objects.update(billed=F("effective") + F("billed"))
    assert stored() == [Decimal("3.75")]
    DailyCost.objects.filter(billed__gt=F("effective")).update(billed=F("effective"))
    assert stored() == [Decimal("2.25")]


@only_sqlite
def test_sqlite_keeps_amounts_as_whole_numbers_up_to_their_limit() -> None:
    store(LARGEST_OF_SQLITE, -LARGEST_OF_SQLITE)
    assert stored() == [-LARGEST_OF_SQLITE, LARGEST_OF_SQLITE]
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT typeof(billed) FROM costs_dailycost")
        assert cursor.fetchall() == [("integer",)]


@only_sqlite
@pytest.mark.parametrize("text", ["922337203.6854775808", "1e18", "-1e40"])
def test_an_amount_too_large_for_sqlite_is_refused_in_words(text: str) -> None:
    with pytest.raises(OverflowError, match=r"than 922,337,203\.6854775807, the most"):
        store(Decimal(text))
    with pytest.raises(OverflowError, match="use PostgreSQL"):
        DailyCost.objects.filter(billed__gt=Decimal(text)).exists()


@pytest.mark.only_on("postgresql")
def test_postgresql_keeps_amounts_beyond_the_limit_of_sqlite() -> None:
    store("9999999999.9999999999", "-9999999999.9999999999")
    total = DailyCost.objects.aggregate(total=Sum("billed"))["total"]
    assert total == 0
    assert stored()[1] == Decimal("9999999999.9999999999")


@pytest.mark.parametrize("value", [1.5, "a lot", "NaN", Decimal("Infinity")])
def test_what_is_no_decimal_amount_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        DailyCost.objects.filter(billed=value).exists()


def test_more_than_ten_places_are_rounded_to_ten() -> None:
    store("0.00000000014")
    assert stored() == [SMALLEST]
