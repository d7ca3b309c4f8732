"""Which rows a function locks, and what two at once would do without it.

Few tests can catch two processes in the moment that a lock is for, so that a lock that
is lost, or one more, is seen here.
"""

import ast
from collections.abc import Iterator

from tests.source_files import files, is_test, parsed

LOCKS = {
    "alerts/outbox.py _claim": "send a notice twice",
    "archives/schemas.py lock_writers": "archive a month that is being written",
    "costs/rollups.py _with_own_bill": "count a day on two bills",
    "dashboard/demo/control.py presenting": "lose what the other presenter asked for",
    "dashboard/demo/control.py _close": "lose a step that was added meanwhile",
    "insights/anomalies/store.py store_anomalies": "undo what somebody decided",
    "insights/budgets/forms.py _clean_version": "overwrite what nobody saw",
    "insights/recommendations/store.py store_recommendations": "undo decisions",
    "insights/refresh/refresh_state.py record_part": "lose what another part stored",
    "insights/remediation/approval.py _approve": "pass the day's limit",
    "insights/status_admin.py clean": "overwrite what nobody saw",
    "monitoring/metrics/host.py record_host": "count traffic twice",
    "monitoring/metrics/record.py _store": "store a point twice, or wait for ever",
    "syncs/accounts/changes.py save_account": "overwrite what nobody saw",
    "syncs/accounts/changes.py remove_accounts": "delete while a sync stores",
    "syncs/backfills/outside_work.py report": "lose how far a window is",
    "syncs/backfills/planning.py _advance": "start too many parts",
    "syncs/runs/run_context.py storing": "store the same days twice",
    "users/tokens.py make_token": "make more tokens than one may have",
}


def locking(tree: ast.AST, function: str = "") -> Iterator[str]:
    """Yield the name of the function around each call that locks rows."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
            yield inner
        yield from locking(node, inner)


def test_each_lock_is_there_and_has_its_reason() -> None:
    found = [
        f"{path} {name}"
        for path in files(".py")
        if not is_test(path)
        for name in locking(parsed(path))
    ]
    assert sorted(found) == sorted(LOCKS)


def test_a_lock_is_of_the_function_around_it() -> None:
    source = "class A:\n  def one(self):\n    with a:\n      b.select_for_update().c()"
    assert list(locking(ast.parse(source))) == ["one"]
