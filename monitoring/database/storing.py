"""Store what was counted, with the plans of what was slow."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import DatabaseError, connection, transaction

from core.db.upsert import upsert
from monitoring.database.counting import Counted, SlowCall, Tally
from monitoring.models import NamedQuery, QueryHour, SlowQuery

LONGEST_PLAN = 10_000
# How counts of one hour come together, whichever processes they are of.
JOINED = {
    "count": "held.count + excluded.count",
    "total_ms": "held.total_ms + excluded.total_ms",
    "slowest_ms": "CASE WHEN held.slowest_ms > excluded.slowest_ms "
    "THEN held.slowest_ms ELSE excluded.slowest_ms END",
}
# What of a step of PostgreSQL's plan holds no value of the query.
STEP = ("Node Type", "Relation Name", "Index Name", "Plan Rows", "Total Cost")


def store_counted(counted: Counted, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    planned = [(call, plan_of(call)) for call in counted.slow.values()]
    with transaction.atomic():
        _store_names(counted)
        _add_counts(counted, hour)
        _keep_slowest(planned, hour)


def _store_names(counted: Counted) -> None:
    queries = sorted({query for query, _ in counted.tallies})
    known = NamedQuery.objects.filter(name__in=[one.name for one in queries])
    names = set(known.values_list("name", flat=True))
    NamedQuery.objects.bulk_create(
        [NamedQuery(**one._asdict()) for one in queries if one.name not in names],
        ignore_conflicts=True,
    )


def _add_counts(counted: Counted, hour: datetime) -> None:
    """In one order in all processes, so that none waits for the other in a circle."""
    of_names: dict[tuple[str, int], Tally] = {}
    for (query, bucket), one in counted.tallies.items():
        of_names.setdefault((query.name, bucket), Tally()).join(one)
    rows = [
        (hour, name, bucket, one.count, one.seconds * 1000, one.slowest * 1000)
        for (name, bucket), one in sorted(of_names.items(), key=itemgetter(0))
    ]
    columns = ["hour", "name", "bucket", *JOINED]
    upsert(QueryHour, columns, rows, columns[:3], joined=JOINED)


def _keep_slowest(planned: Sequence[tuple[SlowCall, str]], hour: datetime) -> None:
    held = SlowQuery.objects.filter(hour=hour)
    slowest = dict(held.values_list("name", "elapsed_ms"))
    rows = [
        (call.query.name, hour, call.at, call.seconds * 1000, plan)
        for call, plan in planned
        if call.seconds * 1000 > slowest.get(call.query.name, 0)
    ]
    columns = ["name", "hour", "at", "elapsed_ms", "plan"]
    upsert(SlowQuery, columns, sorted(rows), ["hour", "name"])


def plan_of(call: SlowCall) -> str:
    """Return the steps by which the database answers it; "" if it tells none.

    Only of what reads: nothing is run again.
    """
    if not call.sql.lstrip("( ").upper().startswith(("SELECT", "WITH")):
        return ""
    if call.sql.count("%s") and call.params is None:
        return ""
    is_postgres = connection.vendor == "postgresql"
    explain = "EXPLAIN (FORMAT JSON)" if is_postgres else "EXPLAIN QUERY PLAN"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{explain} {call.sql}", call.params)
            rows = cursor.fetchall()
    except DatabaseError:
        return ""  # of a table that is gone, or a temporary one of another process
    if is_postgres:
        found = rows[0][0]
        plan = json.loads(found) if isinstance(found, str) else found
        steps = _steps(plan[0]["Plan"], 0)
    else:
        steps = (str(row[3]) for row in rows)
    return "\n".join(steps)[:LONGEST_PLAN]


def _steps(plan: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield a line for each step, without the conditions, which hold values."""
    kind, relation, index, rows, cost = (plan.get(name) for name in STEP)
    on = "".join(
        f" {word} {name}" for word, name in (("on", relation), ("by", index)) if name
    )
    yield f"{'  ' * depth}{kind}{on} ({rows:,} rows, cost {cost:,.0f})"
    for below in plan.get("Plans", ()):
        yield from _steps(below, depth + 1)
