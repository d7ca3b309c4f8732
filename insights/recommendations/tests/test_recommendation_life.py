"""Recommendations as they are found again, beside what people answered."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Recommendation, Verification
from insights.recommendations.engine.advice import Advice, Rule
from insights.recommendations.store import Key, store_recommendations
from insights.testing import advice, request_of
from insights.transitions import change_status
from inventory.models import Instance
from inventory.testing import instance

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def machine() -> Instance:
    return instance(account(), "web")


def keep(
    machine: Instance,
    *found: Advice,
    unanswered: tuple[Key, ...] = (),
) -> int:
    machines = {(machine.kind, machine.resource_id): machine}
    return store_recommendations(machine.account, found, unanswered, machines, LATER)


def answer(status: str, note: str = "") -> None:
    row = Recommendation.objects.get()
    change_status(row, status, row.version, NOW, request=request_of(), note=note)


def test_found_twice_nothing_changes(machine: Instance) -> None:
    assert keep(machine, advice(machine)) == 1
    before = Recommendation.objects.values().get()
    assert keep(machine, advice(machine)) == 0
    assert Recommendation.objects.values().get() == before


def test_its_figures_follow_and_its_status_stays(machine: Instance) -> None:
    keep(machine, advice(machine))
    answer("accepted")
    assert keep(machine, advice(machine, savings_monthly=Decimal(80))) == 1
    row = Recommendation.objects.get()
    assert (row.status, row.savings_monthly, row.version) == ("accepted", 80, 2)


def test_what_is_not_found_any_more_becomes_obsolete(machine: Instance) -> None:
    keep(machine, advice(machine))
    assert keep(machine) == 1
    row = Recommendation.objects.get()
    assert (row.status, row.changes.get().user_name) == ("obsolete", "")
    assert keep(machine) == 0


def test_what_is_found_in_one_account_ends_nothing_in_another(
    machine: Instance,
) -> None:
    keep(machine, advice(machine))
    other = instance(account(2, "other"), "db")
    assert keep(other, advice(other)) == 1
    assert Recommendation.objects.filter(status="open").count() == 2


def test_what_can_not_be_answered_now_stays(machine: Instance) -> None:
    keep(machine, advice(machine))
    assert keep(machine, unanswered=(("instance", machine.resource_id, "idle"),)) == 0
    assert Recommendation.objects.get().status == "open"


def test_what_somebody_took_on_waits_for_his_word(machine: Instance) -> None:
    keep(machine, advice(machine))
    answer("in_progress")
    assert keep(machine) == 1
    row = Recommendation.objects.get()
    assert (row.status, row.is_found) == ("in_progress", False)


def test_a_dismissed_one_does_not_come_back(machine: Instance) -> None:
    keep(machine, advice(machine))
    answer("dismissed", "A standby")
    slightly = advice(machine, savings_monthly=Decimal("72.00"))
    assert keep(machine, slightly) == 0
    assert Recommendation.objects.get().status == "dismissed"


@pytest.mark.parametrize(
    "values",
    [
        {"fingerprint": "idle-2"},
        {"savings_monthly": Decimal(200)},
        {"evidence": {"days": 32, "highest_percent": 60.0}},
    ],
)
def test_it_comes_back_when_its_evidence_changed_much(
    machine: Instance, values: dict[str, object]
) -> None:
    keep(machine, advice(machine))
    answer("dismissed", "A standby")
    assert keep(machine, advice(machine, **values)) == 1
    statuses = Recommendation.objects.order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["dismissed", "open"]


def test_what_is_done_is_not_reported_again_before_its_verdict(
    machine: Instance,
) -> None:
    keep(machine, advice(machine))
    answer("done")
    assert keep(machine, advice(machine)) == 0
    Verification.objects.update(status="not_realized")
    assert keep(machine, advice(machine)) == 1
    assert Recommendation.objects.live().count() == 1


def test_one_rule_may_tell_of_two_ways(machine: Instance) -> None:
    ways = [
        advice(machine, rule=Rule.OLD_GENERATION, target=target, fingerprint=target)
        for target in ("m6i.large", "m7g.large")
    ]
    assert keep(machine, *ways) == 2
    assert keep(machine, *ways) == 0
    assert keep(machine, ways[1]) == 1
    assert Recommendation.objects.live().get().target == "m7g.large"


def test_an_alternative_counts_nothing(machine: Instance) -> None:
    best = advice(machine)
    other = advice(
        machine,
        rule=Rule.OVERSIZED,
        target="m6i.medium",
        counted_monthly=Decimal(0),
        alternative_to=Rule.IDLE,
    )
    keep(machine, best, other)
    rows = Recommendation.objects.live()
    assert rows.savings_per_currency() == {"USD": Decimal("70.08")}
    assert rows.get(rule="oversized").alternative_to == "idle"
