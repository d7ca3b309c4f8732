"""Later inventory and bills decide whether a saving came."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from insights.recommendations.engine.advice import (
    BillDay,
    CpuDay,
    MachineFacts,
    Rule,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.verify import running_cost, verify
from insights.recommendations.tests.machines import (
    NOW,
    at,
    bill,
    changed,
    cpu,
    days_ago,
    machine,
    price_list,
)

DONE_AGO = 20


@dataclass(frozen=True)
class Done:
    """A completed recommendation."""

    rule: str
    resource_type: str
    target: str
    savings_monthly: Decimal | None
    currency: str
    done_at: datetime | None


STOP = Done(
    Rule.IDLE, "m5.xlarge", "", Decimal("140.16"), "USD", at(days_ago(DONE_AGO))
)
RESIZE = replace(STOP, rule=Rule.OVERSIZED)


def until_done() -> list[CpuDay]:
    return [day for day in cpu(60) if day.day <= days_ago(DONE_AGO)]


def stopped_machine() -> MachineFacts:
    stop = changed("state", DONE_AGO, "running", "stopped")
    return machine(state="stopped", cpu=until_done(), changes=[stop])


def bills(before: str, after: str) -> list[BillDay]:
    return bill(60, DONE_AGO, before) + bill(DONE_AGO - 1, 1, after)


def verdict(
    done: Done,
    facts: MachineFacts,
    days: list[BillDay],
    others: list[MachineFacts] | None = None,
) -> Verdict:
    ran = None
    if others is not None:
        every_day = [day.day for day in days]
        ran = running_cost([facts, *others], every_day, price_list())
    return verify(done, facts, days, price_list(), Thresholds(), NOW, ran)


def test_what_nobody_did_is_expected() -> None:
    found = verdict(replace(STOP, done_at=None), machine(), [])
    assert found.status is VerdictStatus.EXPECTED


def test_it_is_pending_until_a_week_of_bill_is_complete() -> None:
    days = bill(60, DONE_AGO - 3, "50")
    found = verdict(STOP, stopped_machine(), days)
    assert found.status is VerdictStatus.PENDING
    assert found.reason == "3 complete days of bill since the change; 7 are needed."


def test_a_machine_that_was_stopped_saved_what_it_cost() -> None:
    found = verdict(STOP, stopped_machine(), bills("50", "45.392"))
    assert found.status is VerdictStatus.REALIZED
    assert (found.realized_monthly, found.currency) == (Decimal("140.16"), "USD")
    assert found.share == 1.0
    assert found.figures["machine_a_day_before"] == "4.61"
    assert found.figures["machine_a_day_after"] == "0.00"
    assert found.figures["bill_fell_a_day"] == "4.61"
    assert found.figures["days_after"] == "2026-06-03..2026-06-17"


def test_a_machine_that_runs_on_saved_nothing() -> None:
    found = verdict(STOP, machine(cpu=cpu(60)), bills("50", "50"))
    assert found.status is VerdictStatus.NOT_REALIZED
    assert found.reason.startswith("The instance costs as much a day as before: 4.61")


def test_one_that_was_started_again_saved_nothing_of_late() -> None:
    since = [
        changed("state", 40, "running", "stopped"),
        changed("state", 30, "stopped", "running"),
    ]
    ran = [day for day in cpu(60) if not days_ago(40) < day.day < days_ago(30)]
    done = replace(STOP, done_at=at(days_ago(40)))
    found = verdict(done, machine(cpu=ran, changes=since), bill(90, 1, "50"))
    assert found.status is VerdictStatus.NOT_REALIZED


def test_a_smaller_size_saves_the_difference() -> None:
    retyped = changed("instance_type", DONE_AGO, "m5.xlarge", "m5.large")
    done = replace(RESIZE, savings_monthly=Decimal("70.08"))
    small = machine("m5.large", cpu=cpu(60), changes=[retyped])
    found = verdict(done, small, bills("50", "47.696"))
    assert found.status is VerdictStatus.REALIZED
    assert (found.realized_monthly, found.share) == (Decimal("70.08"), 1.0)


def test_half_of_what_was_expected_is_reported_as_half() -> None:
    retyped = changed("instance_type", DONE_AGO, "m5.xlarge", "m5.large")
    small = machine("m5.large", cpu=cpu(60), changes=[retyped])
    found = verdict(RESIZE, small, bills("50", "47.696"))
    assert (found.status, found.share) == (VerdictStatus.REALIZED, 0.5)


def test_a_bill_that_did_not_fall_denies_the_saving() -> None:
    found = verdict(STOP, stopped_machine(), bills("50", "50"))
    assert found.status is VerdictStatus.NOT_REALIZED
    assert "did not fall with it" in found.reason


def test_a_bill_that_fell_by_less_shows_how_much_came() -> None:
    found = verdict(STOP, stopped_machine(), bills("50", "48"))
    assert found.status is VerdictStatus.REALIZED
    assert found.realized_monthly == Decimal("60.83")  # $2 a day
    assert found.share == 0.434


def test_a_new_machine_beside_it_does_not_hide_the_saving() -> None:
    new = machine(
        "m5.2xlarge",
        resource_id="i-2",
        cpu=[day for day in cpu(60) if day.day > days_ago(DONE_AGO)],
        launched_at=at(days_ago(DONE_AGO - 1)),
        first_seen_at=at(days_ago(DONE_AGO - 1)),
    )
    days = bills("50", "54.608")  # 4.608 less and 9.216 more
    assert verdict(STOP, stopped_machine(), days).status is VerdictStatus.NOT_REALIZED
    found = verdict(STOP, stopped_machine(), days, [new])
    assert found.status is VerdictStatus.REALIZED
    assert found.realized_monthly == Decimal("140.16")


def test_a_noisy_bill_contradicts_nothing_within_its_noise() -> None:
    days = bills("500", "499")
    swung = [
        replace(day, billed=day.billed + (40 if day.day.toordinal() % 2 else -40))
        for day in days
    ]
    found = verdict(STOP, stopped_machine(), swung)
    assert found.status is VerdictStatus.REALIZED
    assert Decimal(str(found.figures["bill_noise_a_day"])) > 20


def test_who_said_late_that_it_is_done_is_judged_from_the_change_on() -> None:
    late = replace(STOP, done_at=at(days_ago(2)))
    found = verdict(late, stopped_machine(), bills("50", "45.392"))
    assert found.status is VerdictStatus.REALIZED
    assert found.figures["changed_on"] == "2026-05-31"


def test_a_machine_that_is_gone_saved_what_it_cost() -> None:
    gone = machine(cpu=until_done(), gone_since=at(days_ago(DONE_AGO)))
    late = replace(STOP, done_at=at(days_ago(2)))
    for done in (STOP, late):
        found = verdict(done, gone, bills("50", "45.392"))
        assert found.status is VerdictStatus.REALIZED
        assert found.figures["changed_on"] == "2026-05-31"


def test_without_a_price_the_change_is_seen_and_its_amount_is_not() -> None:
    facts = stopped_machine()
    unpriced = replace(facts, instance_type="x9.large")
    found = verdict(replace(STOP, savings_monthly=None), unpriced, bills("50", "45"))
    assert found.status is VerdictStatus.REALIZED
    assert found.realized_monthly is None
    runs = machine("x9.large", cpu=cpu(60))
    same = verdict(replace(STOP, savings_monthly=None), runs, bills("50", "50"))
    assert same.status is VerdictStatus.NOT_REALIZED


def test_without_a_bill_from_before_it_stays_pending() -> None:
    found = verdict(STOP, stopped_machine(), bill(DONE_AGO - 1, 1, "45"))
    assert found.status is VerdictStatus.PENDING
    assert "before the change" in found.reason


def test_a_stopped_machine_has_to_be_gone() -> None:
    done = replace(STOP, rule=Rule.STOPPED, savings_monthly=Decimal(24))
    stays = verdict(done, machine(state="stopped", cpu=[]), bills("50", "50"))
    assert stays.status is VerdictStatus.NOT_REALIZED
    gone = machine(state="stopped", cpu=[], gone_since=at(days_ago(DONE_AGO)))
    found = verdict(done, gone, bills("50", "50"))
    assert (found.status, found.realized_monthly) == (VerdictStatus.REALIZED, 24)


def test_a_schedule_is_judged_by_the_hours_that_remain() -> None:
    done = replace(STOP, rule=Rule.SCHEDULE, savings_monthly=Decimal("40.05"))
    days = [
        replace(day, samples=0)
        if day.day > days_ago(DONE_AGO) and day.day.weekday() >= 5
        else day
        for day in cpu(60)
    ]
    charged = [
        replace(day, billed=day.billed - Decimal("4.608"))
        if day.day > days_ago(DONE_AGO) and day.day.weekday() >= 5
        else day
        for day in bills("50", "50")
    ]
    found = verdict(done, machine(cpu=days), charged)
    assert found.status is VerdictStatus.REALIZED
    assert found.share is not None
    assert abs(found.share - 1) < 0.01


def test_a_change_long_before_it_was_done_is_another_one() -> None:
    old = changed("state", 60, "running", "stopped")
    again = changed("state", 55, "stopped", "running")
    facts = machine(cpu=cpu(90), changes=[old, again])
    found = verdict(STOP, facts, bill(90, 1, "50"))
    assert found.figures["changed_on"] == days_ago(DONE_AGO).isoformat()
    assert found.status is VerdictStatus.NOT_REALIZED
