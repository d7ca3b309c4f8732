"""The invented company's incidents are known: each is found, and little else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from core.windows import ONE_DAY, Window
from insights.anomalies.engine.anomaly_records import Direction, Finding, Kind, Series
from insights.anomalies.engine.daily import find_cpu_anomalies
from insights.anomalies.engine.incidents import find_incidents
from insights.bill_records import Bill, Scope
from providers.demo.bill import known_usage, settled_usage
from providers.demo.company import ACCOUNTS, HISTORY_DAYS
from providers.demo.incidents import CLOUDWATCH_SHIFT, NAT_SPIKE, RUNAWAY_WORKER
from providers.demo.lives import lives
from providers.demo.load import cpu_on

# Different months, days of the week and lengths of the months before.
ANCHORS = [date(2026, 11, 20), date(2026, 3, 31), date(2027, 1, 2)]
MONTHS = HISTORY_DAYS / 30
UNSETTLED_DAYS = 3

Parts = dict[Scope, dict[date, Decimal]]


@cache
def parts_of(anchor: date) -> Parts:
    """What each service cost in each region, with nothing missing any more."""
    parts: Parts = defaultdict(dict)
    for account in ACCOUNTS:
        for day in history(anchor):
            used = settled_usage(account.account_id, anchor, day)
            for (service, region), usd in used.items():
                parts[Scope(account.account_id, service, region)][day] = usd
    return parts


def history(anchor: date) -> list[date]:
    return list(Window(anchor - ONE_DAY * HISTORY_DAYS, anchor).days())


def bill_seen(parts: Parts, anchor: date, today: date) -> Bill:
    """The bill as it was on that day: the newest days are incomplete."""
    days = [day for day in history(anchor) if day < today]
    newest = days[-UNSETTLED_DAYS:]
    late = {
        (account.account_id, day): known_usage(account.account_id, anchor, day, today)
        for account in ACCOUNTS
        for day in newest
    }
    values = {
        scope: [
            late[scope.account, day].get((scope.service, scope.region), Decimal(0))
            if day in newest
            else known.get(day, Decimal(0))
            for day in days
        ]
        for scope, known in parts.items()
    }
    return Bill("USD", days[0], values, frozenset(newest))


def is_of(one: Finding, scope: Scope, first_day: date) -> bool:
    apart = abs((one.first_day - first_day).days)
    return scope.covers(one.scope) and apart <= 2


@pytest.fixture(scope="module", params=ANCHORS, ids=str)
def anchor(request: pytest.FixtureRequest) -> date:
    return request.param


NAT = Scope(NAT_SPIKE.account_id, NAT_SPIKE.service, NAT_SPIKE.region)
LOGS = Scope(
    CLOUDWATCH_SHIFT.account_id, CLOUDWATCH_SHIFT.service, CLOUDWATCH_SHIFT.region
)


def test_its_bill_holds_each_incident_once_and_next_to_nothing_else(
    anchor: date,
) -> None:
    found = find_incidents(bill_seen(parts_of(anchor), anchor, anchor))
    (nat,) = [one for one in found if one.scope == NAT]
    (logs,) = [one for one in found if one.scope == LOGS]
    assert nat.first_day == NAT_SPIKE.start(anchor)
    assert nat.days == NAT_SPIKE.days
    assert nat.causes[0].scope == NAT
    assert nat.causes[0].share > 0.95
    assert logs.first_day == CLOUDWATCH_SHIFT.start(anchor)
    assert logs.kind == Kind.SHIFT
    assert logs.is_over
    assert len(found) - 2 <= MONTHS / 3


def test_no_day_of_its_year_tells_more_than_one_false_alarm_a_month() -> None:
    """Bills of every other month, incomplete days and all; what is told counts."""
    anchor = ANCHORS[0]
    parts = parts_of(anchor)
    told: set[tuple[Scope, date]] = set()
    incidents = {
        "nat": (NAT, NAT_SPIKE.start(anchor)),
        "logs": (LOGS, CLOUDWATCH_SHIFT.start(anchor)),
    }
    seen: dict[str, date] = {}
    two_days_in = [first + ONE_DAY * 2 for _, first in incidents.values()]
    some = history(anchor)[20::60]
    for today in sorted({*some, *two_days_in, anchor}):
        for one in find_incidents(bill_seen(parts, anchor, today)):
            name = next(
                (n for n, (scope, day) in incidents.items() if is_of(one, scope, day)),
                None,
            )
            if name:
                seen.setdefault(name, today)
            else:
                told.add((one.scope, one.first_day))
    assert {
        name: (seen[name] - first).days for name, (_, first) in incidents.items()
    } == {
        "nat": 2,
        "logs": 2,
    }
    assert len(told) <= MONTHS


def test_a_machine_that_ran_away_is_found_on_its_first_day(anchor: date) -> None:
    machines: dict[str, Sequence[Series]] = {}
    for account in ACCOUNTS:
        for life in lives(account.account_id):
            days = [cpu_on(life, day, anchor) for day in history(anchor)]
            machines[life.machine.name] = [
                Series(
                    "",
                    history(anchor)[0],
                    [getattr(day, name) if day else None for day in days],
                )
                for name in ("average_percent", "p99_percent", "maximum_percent")
            ]
    found = find_cpu_anomalies(machines)
    runaway = next(one for one in found if one.key == RUNAWAY_WORKER.machine)
    assert runaway.seen_on == runaway.first_day == RUNAWAY_WORKER.start(anchor)
    assert runaway.days == RUNAWAY_WORKER.days
    assert runaway.direction == Direction.UP
    assert runaway.high <= 100 < 2 * runaway.actual
    assert len(found) - 1 <= MONTHS
