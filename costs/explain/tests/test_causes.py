"""Which reason is given for which difference."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.windows import ONE_DAY, Window
from costs.explain.engine import changed_on, explain
from costs.explain.periods import Periods
from costs.explain.records import (
    Charges,
    Daily,
    Explanation,
    Incident,
    Kind,
    Part,
    PriceChange,
)

SEPTEMBER = Window(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
BOTH = Window(SEPTEMBER.start, OCTOBER.end)
EC2, S3 = Part("1", "EC2"), Part("1", "S3")


def usage(part: Part) -> Charges:
    return Charges(part, "Usage")


def each_day(amount: str, window: Window = BOTH) -> dict[date, Decimal]:
    return dict.fromkeys(window.days(), Decimal(amount))


def steps(explanation: Explanation) -> dict[Kind, Decimal]:
    return {step.kind: step.change for step in explanation.steps}


def october(bill: Mapping[Charges, Daily], *found: Incident, **how: Any) -> Explanation:
    return explain(bill, OCTOBER, SEPTEMBER, found, **how)


def incident(first: date, daily: str, days: int = 1, part: Part = EC2) -> Incident:
    amounts = {first + timedelta(at): Decimal(daily) for at in range(days)}
    last = max(amounts)
    return Incident("EC2 in prod", "/insights/1/", first, last, part, {part: amounts})


def test_one_more_day_is_no_more_use() -> None:
    assert steps(october({usage(EC2): each_day("10")})) == {Kind.DAYS: Decimal(10)}


def test_more_weekends_are_no_less_use() -> None:
    bill = {day: Decimal(10 if day.weekday() < 5 else 1) for day in BOTH.days()}

    # 22 working days each, and 8 or 9 of weekends.
    assert not october({usage(EC2): bill}).is_significant
    shorter = Window(OCTOBER.start, date(2026, 10, 5))  # Thu to Sun
    before = Window(date(2026, 9, 7), date(2026, 9, 14))  # a week
    found = explain({usage(EC2): bill}, shorter, before)
    assert steps(found) == {Kind.DAYS: Decimal(22 - 52)}


def test_a_day_is_compared_with_a_day_if_asked() -> None:
    found = october({usage(EC2): each_day("10")}, is_daily=True)

    assert (found.total, found.previous_total) == (10, 10)
    assert not found.is_significant


def test_use_that_went_up_is_named_since_its_first_day() -> None:
    since = date(2026, 10, 12)
    bill = each_day("10") | each_day("15", Window(since, OCTOBER.end))

    found = october({usage(EC2): bill, usage(S3): each_day("10")})

    assert steps(found) == {Kind.DAYS: Decimal(20), Kind.USED_MORE: Decimal(100)}
    [more] = [one for one in found.steps if one.kind == Kind.USED_MORE]
    assert [(one.part, one.since) for one in more.causes] == [(EC2, since)]


def test_use_that_went_down_is_named_beside_that_which_went_up() -> None:
    later = Window(date(2026, 10, 12), OCTOBER.end)
    found = october(
        {
            usage(EC2): each_day("10") | each_day("15", later),
            usage(S3): each_day("10") | each_day("5", later),
        }
    )

    assert steps(found) == {
        Kind.USED_LESS: Decimal(-100),
        Kind.USED_MORE: Decimal(100),
        Kind.DAYS: Decimal(20),
    }


def test_what_is_new_and_what_is_gone_is_reported_by_account() -> None:
    other = Part("2", "EC2")
    found = october(
        {
            usage(EC2): each_day("10", SEPTEMBER),
            usage(other): each_day("10", Window(date(2026, 10, 5), OCTOBER.end)),
        }
    )

    assert steps(found) == {Kind.GONE: Decimal(-300), Kind.NEW: Decimal(270)}
    causes = {
        one.kind: (one.part, one.since) for step in found.steps for one in step.causes
    }
    assert causes[Kind.NEW] == (other, date(2026, 10, 5))
    assert causes[Kind.GONE] == (EC2, date(2026, 10, 1))


def test_an_anomaly_counts_with_its_days_in_either_period() -> None:
    bill = each_day("10")
    for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)):
        bill[day] += 50
    found = october({usage(EC2): bill}, incident(date(2026, 9, 30), "50", 3))

    assert steps(found) == {Kind.ANOMALY: Decimal(50), Kind.DAYS: Decimal(10)}
    assert (found.incidents, found.previous_incidents) == (100, 50)


def test_an_anomaly_of_what_is_not_looked_at_does_not_count() -> None:
    found = october(
        {usage(S3): each_day("10")}, incident(date(2026, 10, 3), "50", part=EC2)
    )

    assert steps(found) == {Kind.DAYS: Decimal(10)}
    assert found.incidents == 0


def test_a_fee_of_the_first_of_a_month_is_distinguished_from_use() -> None:
    bill = each_day("10")
    bill[date(2026, 10, 1)] += 100
    # The days before it are of one fee less.
    window = Window(date(2026, 9, 15), date(2026, 10, 15))

    found = explain(
        {usage(EC2): bill}, window, Window(date(2026, 9, 2), date(2026, 9, 15))
    )

    assert steps(found)[Kind.MONTH_START] == 100
    [fee] = [
        one
        for step in found.steps
        for one in step.causes
        if one.kind == Kind.MONTH_START
    ]
    assert fee.since == date(2026, 10, 1)


def test_a_busy_first_of_a_month_is_no_fee() -> None:
    bill = each_day("10")
    bill[date(2026, 10, 1)] += 100
    bill[date(2026, 10, 20)] += 150

    assert Kind.MONTH_START not in steps(october({usage(EC2): bill}))


def test_purchases_credits_and_refunds_are_no_use() -> None:
    bill: dict[Charges, Daily] = {
        usage(EC2): each_day("10"),
        Charges(EC2, "Purchase"): {date(2026, 10, 9): Decimal(200)},
        Charges(EC2, "Credit"): {date(2026, 10, 9): Decimal(-30)},
    }

    found = october(bill)

    assert steps(found) == {Kind.ONE_TIME: Decimal(170), Kind.DAYS: Decimal(10)}


def test_anomalies_and_one_time_charges_are_left_out_of_both_periods_if_asked() -> None:
    bill: dict[Charges, dict[date, Decimal]] = {
        usage(EC2): each_day("10"),
        Charges(EC2, "Purchase"): {date(2026, 9, 9): Decimal(200)},
    }
    bill[usage(EC2)][date(2026, 10, 3)] += 50
    found = incident(date(2026, 10, 3), "50")

    without = october(bill, found, ignore=["anomalies", "one_time"])

    assert (without.total, without.previous_total) == (310, 300)
    assert steps(without) == {Kind.DAYS: Decimal(10)}
    assert steps(october(bill, found, ignore=["anomalies"])) == {
        Kind.ONE_TIME: Decimal(-200),
        Kind.DAYS: Decimal(10),
    }


def test_what_differs_by_less_than_a_hundredth_is_nothing_significant() -> None:
    later = Window(date(2026, 10, 12), OCTOBER.end)
    bill = {usage(EC2): each_day("10") | each_day("10.10", later)}
    window = Window(OCTOBER.start, date(2026, 10, 31))

    found = explain(bill, window, SEPTEMBER)

    assert found.change == Decimal("1.90")
    assert not found.is_significant
    assert [(one.kind, one.change) for one in found.steps] == [
        (Kind.REST, Decimal("1.90"))
    ]


def test_a_few_days_must_differ_by_more() -> None:
    day = OCTOBER.start + ONE_DAY
    today, yesterday = Window(day, day + ONE_DAY), Window(OCTOBER.start, day)
    bill = each_day("100") | {day: Decimal(105)}

    assert not explain({usage(EC2): bill}, today, yesterday).is_significant
    bill[day] = Decimal(110)
    assert steps(explain({usage(EC2): bill}, today, yesterday)) == {
        Kind.USED_MORE: Decimal(10)
    }


def test_of_many_small_changes_the_largest_are_named_and_the_others_counted() -> None:
    bill = {
        usage(Part("1", f"S{at:02}")): each_day("1", SEPTEMBER)
        | each_day("1.2", OCTOBER)
        for at in range(50)
    }

    found = october(bill)

    assert steps(found) == {
        Kind.USED_MORE: Decimal(31),
        Kind.DAYS: Decimal(50),
        Kind.REST: Decimal(279),
    }
    assert len(found.steps[1].causes) == 5
    assert (found.steps[-1].kind, found.steps[-1].others) == (Kind.REST, 45)


def test_what_is_left_is_not_significant_once_its_largest_cause_is_named() -> None:
    """Of 1,860 a change of more than 18.60 is significant."""
    large, small = Part("1", "EC2"), Part("1", "S3")
    bill = {
        usage(large): each_day("30", SEPTEMBER) | each_day("30.5", OCTOBER),
        usage(small): each_day("30", SEPTEMBER) | each_day("30.3", OCTOBER),
    }

    found = october(bill)

    assert steps(found) == {
        Kind.DAYS: Decimal(60),
        Kind.USED_MORE: Decimal("15.5"),
        Kind.REST: Decimal("9.3"),
    }


def test_five_causes_of_a_kind_are_named_and_the_others_counted() -> None:
    bill = {
        usage(Part("1", f"S{at}")): each_day(str(at), OCTOBER) for at in range(1, 9)
    }

    [new] = october(bill).steps

    assert [one.part.service for one in new.causes] == ["S8", "S7", "S6", "S5", "S4"]
    assert new.others == 3
    assert new.change == 36 * 31


def test_a_fall_that_an_anomaly_of_the_period_before_explains_is_said() -> None:
    bill = each_day("10") | each_day("11", OCTOBER)
    bill[date(2026, 9, 10)] += 100
    found = incident(date(2026, 9, 10), "100")

    fell = october({usage(EC2): bill}, found)

    assert fell.change == 341 - 400
    assert fell.is_flattered
    assert fell.without_incidents == 41
    assert not october({usage(EC2): bill}, found, ignore=["anomalies"]).is_flattered
    assert not october({usage(EC2): each_day("10", SEPTEMBER)}).is_flattered


def test_costs_that_rise_bit_by_bit_have_no_first_day() -> None:
    grows = {day: Decimal(at % 7) for at, day in enumerate(BOTH.days())}

    assert changed_on(grows, Periods(OCTOBER, SEPTEMBER)) is None


def test_a_change_between_periods_that_are_apart_has_no_first_day() -> None:
    august = Window(date(2026, 8, 1), date(2026, 9, 1))
    bill = each_day("10", august) | each_day("20", OCTOBER)

    assert changed_on(bill, Periods(OCTOBER, august)) is None
    bill |= each_day("50", Window(date(2026, 10, 15), OCTOBER.end))
    assert changed_on(bill, Periods(OCTOBER, august)) == date(2026, 10, 15)


def test_a_price_is_distinguished_from_more_use_and_from_more_days() -> None:
    later = each_day("10", SEPTEMBER) | each_day("15", OCTOBER)
    # 400 of its 465 are of uses that cost 340 at the old price.
    prices = {EC2: PriceChange(Decimal(400), Decimal(340))}

    found = explain({usage(EC2): later}, OCTOBER, SEPTEMBER, (), prices)

    assert steps(found) == {
        Kind.DAYS: Decimal(10),
        Kind.PRICE: Decimal(60),
        Kind.USED_MORE: Decimal(95),
    }


def test_what_is_new_has_no_old_price() -> None:
    prices = {EC2: PriceChange(Decimal(155), Decimal(100))}
    bill = {usage(EC2): each_day("5", OCTOBER)}
    found = explain(bill, OCTOBER, SEPTEMBER, (), prices)
    assert steps(found) == {Kind.NEW: Decimal(155)}
