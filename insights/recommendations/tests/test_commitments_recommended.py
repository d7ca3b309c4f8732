"""Commitments are recommended of an account, listed, and verified on later bills."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import (
    ONE_DAY,
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)
from costs.lines import engine
from costs.lines.engine import LinesFailed
from costs.lines.models import LineItemMonth
from costs.lines.testing import line, store_lines
from costs.models import CommitmentUse, CostTotal, CoveredDay, DailyCost
from costs.testing import store_costs
from insights.models import EffectiveRate, Recommendation, Verification
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.remediation.proposals import proposal_of
from insights.testing import request_of
from insights.transitions import InvalidTransition, change_status
from inventory.models import Instance
from inventory.testing import instance
from metrics.testing import store_cpu
from pricing.sync import sync_prices
from users.testing import ask, person, session_of

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=300)
DAYS = last_complete_days(80, NOW)
# An m6i.large in Ireland by the demo's list, and what of it a commitment saves.
A_MACHINE_A_DAY, SAVED_SHARE = Decimal("0.1066") * 24, Decimal("0.3696")


@pytest.fixture
def owner(settings: Settings, tmp_path: Path) -> CloudAccount:
    """It pays the list price of a machine that works all day."""
    settings.LINE_ITEMS_DIR = tmp_path
    owner = account(11)
    CloudAccount.objects.update(provider="demo")
    owner.refresh_from_db()
    machine = instance(owner, "works", first_seen_at=LONG_AGO, launched_at=LONG_AGO)
    store_cpu(machine, DAYS, 50)
    billed(owner, DAYS, A_MACHINE_A_DAY)
    sync_prices(owner, NOW)
    return owner


def billed(owner: CloudAccount, window: Window, a_day: Decimal) -> None:
    (compute,) = CLOUDS["demo"].charged_under["instance"]
    days = {"account": owner, "day__in": [*window.days()]}
    DailyCost.objects.filter(**days).delete()
    CostTotal.objects.filter(**days).delete()
    store_costs(owner, window, {compute: str(a_day)})


def refreshed(owner: CloudAccount, now: datetime = NOW) -> int:
    (outcome,) = refresh([owner], now, parts=[Part.RECOMMENDATIONS])
    assert outcome.failures == []
    return outcome.changed["recommendations"]  # type: ignore[index]


def recommended(rule: str = "commitment") -> list[Recommendation]:
    return list(Recommendation.objects.filter(rule=rule).order_by("pk"))


def store_months(owner: CloudAccount, **values: Any) -> None:
    """Store a line of each day of the machine, as these have it."""
    its = {"SubAccountId": owner.account_id, "ResourceId": "i-works", **values}
    months = sorted({first_of_month(day) for day in DAYS.days()})
    for month in months:
        days = [day for day in DAYS.days() if first_of_month(day) == month]
        store_lines(owner, month, [line(day, "2.46", "24", **its) for day in days])


def test_a_steady_machine_at_list_price_is_committed_to_once(
    owner: CloudAccount,
) -> None:
    assert (refreshed(owner), refreshed(owner)) == (1, 0)
    assert EffectiveRate.objects.get().factor == 1
    (row,) = recommended()
    assert (row.resource, row.category, row.status) == (None, "cost", "open")
    saved = A_MACHINE_A_DAY / 24 * 730 * SAVED_SHARE
    assert (
        row.savings_monthly
        == row.counted_monthly
        == pytest.approx(saved, abs=Decimal("0.1"))
    )
    (listed,) = ask("recommendations/")["results"]
    about = ("resource", "m6i in eu-west-1, Linux")
    for name, value in (("kind", "commitment"), ("region", "eu-west-1"), about):
        assert ask("recommendations/", **{name: value})["count"] == 1
    for name, value in (("kind", "instance"), ("region", "eu-west-2")):
        assert ask("recommendations/", **{name: value})["count"] == 0
    names = ("kind", "resource_id", "region", "resource_type", "rule")
    assert [listed[name] for name in names] == [
        *("commitment", "m6i in eu-west-1, Linux", "eu-west-1", "m6i", "commitment")
    ]
    assert proposal_of(row) is None
    for address in ("/insights/recommendations/", row.get_absolute_url(), "/insights/"):
        page = session_of(person("viewer")).get(address).content.decode()
        assert "Commit to m6i in eu-west-1, Linux for one year" in page
    assert (
        "Break-even utilization"
        in session_of(person("viewer")).get(row.get_absolute_url()).content.decode()
    )


def test_a_bill_below_list_price_says_nothing_of_what_is_committed(
    owner: CloudAccount,
) -> None:
    billed(owner, DAYS, A_MACHINE_A_DAY * Decimal("0.8"))
    assert refreshed(owner) == 0
    billed(owner, DAYS, A_MACHINE_A_DAY)
    assert refreshed(owner) == 1
    billed(owner, DAYS, A_MACHINE_A_DAY * Decimal("0.8"))
    assert refreshed(owner) == 0
    assert recommended()[0].status == "open"  # nothing is known, so nothing changed


def test_line_items_tell_what_a_commitment_pays_for(owner: CloudAccount) -> None:
    billed(owner, DAYS, A_MACHINE_A_DAY * Decimal("0.8"))
    store_months(owner)
    assert refreshed(owner) == 1
    store_months(owner, CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Used")
    refreshed(owner)
    assert [row.status for row in recommended()] == ["obsolete"]


def test_covered_hours_are_read_though_the_costs_of_the_lines_count_on_another_bill(
    owner: CloudAccount,
) -> None:
    store_months(owner, CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Used")
    payer = account(12)
    CoveredDay.objects.bulk_create(
        CoveredDay(account=payer, day=day, sub_account_id=owner.account_id)
        for day in DAYS.days()
    )
    refreshed(owner)
    assert recommended() == []


def test_lines_that_cannot_be_read_change_nothing(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_months(owner)
    refreshed(owner)

    def fail(*_: object) -> None:
        raise LinesFailed("The engine is away.")

    monkeypatch.setattr(engine.DuckDb, "rows", fail)
    LineItemMonth.objects.update(byte_count=1)  # so that no answer is cached
    (outcome,) = refresh([owner], NOW, parts=[Part.RECOMMENDATIONS])
    assert outcome.remarks == [
        "Commitments were not read from line items. The engine is away."
    ]
    assert [row.status for row in recommended()] == ["open"]


def test_a_commitment_that_is_not_used_is_recommended_with_what_it_costs(
    owner: CloudAccount,
) -> None:
    month = add_months(first_of_month(utc_day(NOW)), -1)
    its = {"SubAccountId": owner.account_id, "CommitmentDiscountId": "sp-1"}
    used, unused = (
        line(month, amount, CommitmentDiscountStatus=status, **its)
        for amount, status in (("70", "Used"), ("30", "Unused"))
    )
    store_lines(owner, month, [used, unused])
    refreshed(owner)
    (row,) = recommended("unused_commitment")
    assert (row.about, row.resource) == ("sp-1", None)
    # Of October's 744 hours, for 730.
    assert row.savings_monthly == Decimal("29.44")
    assert "30% of what it cost in the 31 days up to 31 Oct 2026" in row.current_state
    store_lines(owner, month, [used])
    refreshed(owner)
    assert recommended("unused_commitment")[0].status == "obsolete"


def used(owner: CloudAccount, **values: Any) -> CommitmentUse:
    """Store half a plan that nothing used in the last month, as a cloud reports it."""
    today = utc_day(NOW)
    facts: dict[str, Any] = {
        "account": owner,
        "commitment_id": "sp-2",
        "kind": "Savings Plan",
        "start": today - timedelta(days=32),
        "end": today - timedelta(days=2),
        "cost": Decimal(200),
        "unused": Decimal(100),
        "currency": "USD",
        "read_at": NOW,
    }
    return CommitmentUse.objects.create(**facts | values)


@pytest.mark.parametrize("now", ["ended", "closed", "of a payer"])
def test_one_that_ended_or_is_read_elsewhere_is_not_to_be_given_up(
    owner: CloudAccount, now: str
) -> None:
    use = used(owner)
    refreshed(owner)
    (row,) = recommended("unused_commitment")
    assert (row.about, row.savings_monthly) == ("sp-2", Decimal("101.39"))
    use.ends_on = utc_day(NOW) if now == "ended" else None
    use.save()
    owner.is_enabled = now != "closed"
    owner.payer = account(12) if now == "of a payer" else None
    owner.save()
    refreshed(owner)
    assert recommended("unused_commitment")[0].status == "obsolete"


def test_what_was_read_long_ago_says_nothing_of_what_is_used_now(
    owner: CloudAccount,
) -> None:
    month = add_months(first_of_month(utc_day(NOW)), -4)
    old = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Unused"}
    store_lines(owner, month, [line(month, "90", **old)])
    use = used(owner)
    refreshed(owner)
    assert [row.about for row in recommended("unused_commitment")] == ["sp-2"]
    use.end = utc_day(NOW) - timedelta(days=60)
    use.save()
    refreshed(owner)
    (row,) = recommended("unused_commitment")
    assert (row.about, row.status) == ("sp-2", "open")  # nobody knows, so it stays


def test_one_that_was_done_and_is_wasted_months_later_is_recommended_again(
    owner: CloudAccount,
) -> None:
    use = used(owner)
    refreshed(owner)
    (row,) = recommended("unused_commitment")
    change_status(row, "done", row.version, NOW, request=request_of())
    for days, statuses in ((60, ["done"]), (75, ["done", "open"])):
        later = timedelta(days=days)
        use.start, use.end = utc_day(NOW + later) - ONE_DAY * 32, utc_day(NOW + later)
        use.save()
        refreshed(owner, NOW + later)
        assert [one.status for one in recommended("unused_commitment")] == statuses


@pytest.mark.parametrize("region", ["eu-west-1", ""], ids=["by region", "of all"])
def test_it_is_realized_where_the_same_machines_cost_less(
    owner: CloudAccount, region: str
) -> None:
    refreshed(owner)
    (row,) = recommended()
    change_status(row, "done", row.version, NOW, request=request_of())
    later = NOW + timedelta(days=20)
    after = Window(utc_day(NOW), utc_day(later))
    store_cpu(Instance.objects.get(), after, 50)
    billed(owner, after, A_MACHINE_A_DAY * (1 - SAVED_SHARE))
    DailyCost.objects.update(region=region)
    refreshed(owner, later)
    verdict = Verification.objects.get()
    assert (verdict.status, verdict.share) == ("realized", pytest.approx(1, abs=0.01))


def test_one_that_is_dismissed_is_reopened_only_where_none_is_live(
    owner: CloudAccount,
) -> None:
    refreshed(owner)
    (row,) = recommended()
    other = account(12)
    Recommendation.objects.filter(pk=row.pk).update(status="dismissed")
    twin = Recommendation.objects.get(pk=row.pk)
    twin.pk, twin.account, twin.status = None, other, "open"
    twin.save()
    row.refresh_from_db()
    change_status(row, "open", row.version, NOW, request=request_of())
    twin.pk, twin.account, twin.status = None, owner, "dismissed"
    twin.save()
    with pytest.raises(InvalidTransition, match="has taken its place"):
        change_status(twin, "open", twin.version, NOW, request=request_of())
