"""How PostgreSQL goes about a statement: by which index, or through all of a table."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

Statement = tuple[str, Any]
# What an index that is looked up by bitmap is read as; the table's own node names none.
BITMAP = "Bitmap Heap Scan"


@dataclass(frozen=True, slots=True)
class Step:
    """One reading of a table; `index` is None where all of it is read."""

    table: str
    index: str | None
    rows: float
    """Read, over all loops, those that a filter threw away with them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a statement did, in milliseconds and pages of 8 KiB."""

    sql: str
    steps: Sequence[Step]
    ms: float
    rows: int
    pages: int
    spilled_pages: int
    worst_guess: float
    """How many times more or fewer rows a node had than PostgreSQL thought."""

    def indexes(self, table: str) -> set[str | None]:
        """Those by which the statement reads the table; None is all of it."""
        return {step.index for step in self.steps if step.table == table}


def statements(ask: Callable[[], object]) -> list[Statement]:
    """What is sent to the database meanwhile, but for transactions."""
    sent: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    return sent


def plan(statement: Statement) -> Plan:
    """Runs the statement to see its plan; what it writes is taken back."""
    sql, params = statement
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
        transaction.set_rollback(True)
    whole = (json.loads(found) if isinstance(found, str) else found)[0]
    top = whole["Plan"]
    nodes = list(_nodes(top))
    return Plan(
        sql=sql,
        steps=list(_steps(top)),
        ms=whole["Execution Time"],
        rows=top["Actual Rows"],
        pages=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        spilled_pages=top["Temp Written Blocks"],
        worst_guess=max(map(_misjudged, nodes)),
    )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _steps(top: Mapping[str, Any]) -> Iterator[Step]:
    for node in _nodes(top):
        if "Relation Name" not in node or not node["Actual Loops"]:
            continue
        if not node["Node Type"].endswith("Scan"):  # what a DELETE deletes from
            continue
        removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        rows = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
        for index in _indexes(node):
            yield Step(node["Relation Name"], index, rows * node["Actual Loops"])


def _indexes(node: Mapping[str, Any]) -> Iterator[str | None]:
    if node["Node Type"] != BITMAP:
        yield node.get("Index Name")
        return
    for below in _nodes(node):
        if below["Node Type"] == "Bitmap Index Scan":
            yield below["Index Name"]


def _misjudged(node: Mapping[str, Any]) -> float:
    if not node["Actual Loops"]:
        return 1.0
    thought, was = max(node["Plan Rows"], 1), max(node["Actual Rows"], 1)
    return float(max(thought / was, was / thought))
