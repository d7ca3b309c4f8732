"""No test remembers the time at which it was imported, which may be yesterday's."""

import ast
from collections.abc import Iterator

from tests.source_files import HOUSE, files, is_test

CLOCKS = {"now", "today", "utcnow"}


def clocks_read_on_import(tree: ast.Module) -> Iterator[int]:
    """Return the lines that ask for the time outside a function."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield node.lineno
        waiting.extend(ast.iter_child_nodes(node))


def test_no_test_module_keeps_the_time_of_its_import() -> None:
    found = [
        f"{path}:{line}"
        for path in files(".py")
        if is_test(path)
        for line in clocks_read_on_import(ast.parse((HOUSE / path).read_text()))
    ]
    assert found == [], "Ask for the fixture real_now."


def test_a_clock_is_seen_outside_functions_alone() -> None:
    source = "NOW = datetime.now(UTC)\ndef one():\n    return timezone.now()\n"
    assert list(clocks_read_on_import(ast.parse(source))) == [1]
