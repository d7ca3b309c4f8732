"""The faults that may be planted in Python, found in its syntax tree."""

import ast
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path

from core.testing.planting.fault import Fault

FLIPPED = {
    ast.Lt: (b"<", b"<="),
    ast.LtE: (b"<=", b"<"),
    ast.Gt: (b">", b">="),
    ast.GtE: (b">=", b">"),
    ast.Eq: (b"==", b"!="),
    ast.NotEq: (b"!=", b"=="),
    ast.In: (b"in", b"not in"),
    ast.NotIn: (b"not in", b"in"),
    ast.Is: (b"is", b"is not"),
    ast.IsNot: (b"is not", b"is"),
}
SWAPPED = {
    ast.And: (b"and", b"or"),
    ast.Or: (b"or", b"and"),
    ast.Add: (b"+", b"-"),
    ast.Sub: (b"-", b"+"),
}
# Methods that give back what they are called on, narrower, ordered or locked.
NARROWING = {"filter", "exclude", "distinct", "order_by", "select_for_update"}
NARROWING |= {"visible_to", "counted", "in_window", "present", "running"}
# Such decorators change nothing that a test could see, or leave no Python behind.
KEPT_DECORATORS = {"property", "dataclass", "cached_property", "contextmanager"}
KEPT_DECORATORS |= {
    "staticmethod",
    "classmethod",
    "overload",
    "cache",
    "wraps",
    "lru_cache",
}
KEPT_DECORATORS |= {"extend_schema", "extend_schema_view", "register"}


def python_faults(path: Path, source: bytes) -> Iterator[Fault]:
    """Yield each fault that still compiles."""
    tree = ast.parse(source)
    for fault in _Finder(path, source).found(tree):
        try:
            compile(fault.applied(source), str(path), "exec")
        except SyntaxError:
            continue
        yield fault


class _Finder:
    def __init__(self, path: Path, source: bytes) -> None:
        self._path, self._source = path, source
        lengths = map(len, source.splitlines(keepends=True))
        self._lines = [0, *accumulate(lengths)]

    def found(self, node: ast.AST) -> Iterator[Fault]:
        """Yield the faults of the node and of what is in it, without annotations."""
        yield from self._of(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_comment"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not self._is_kept(name, child):
                    yield from self.found(child)

    def _is_kept(self, field: str, node: ast.AST) -> bool:
        """Whether it is a decorator whose arguments change nothing to be seen."""
        return field == "decorator_list" and self._name(node) in KEPT_DECORATORS

    def _of(self, node: ast.AST) -> Iterator[Fault]:
        match node:
            case ast.Compare():
                operands = pairwise([node.left, *node.comparators])
                for (left, right), operator in zip(operands, node.ops, strict=True):
                    pair = FLIPPED[type(operator)]
                    yield from self._between("comparison", left, right, pair)
            case ast.BoolOp():
                left, right, *_ = node.values
                pair = SWAPPED[type(node.op)]
                yield from self._between("and, or", left, right, pair)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                pair = SWAPPED[type(node.op)]
                yield from self._between("plus, minus", node.left, node.right, pair)
            case ast.Constant(value=bool() as value):
                yield self._replaced("constant", node, repr(not value))
            case ast.Constant(value=int() | float() as number):
                yield self._replaced("constant", node, repr(number + 1))
                yield self._replaced("constant", node, repr(number - 1))
            case ast.UnaryOp(op=ast.Not()):
                yield self._replaced("not", node, self._text(node.operand))
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                return
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                if not isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant):
                    yield self._replaced("not", test, f"not ({self._text(test)})")
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
                yield self._replaced("line removed", node, "pass")
            case ast.Call(func=ast.Attribute(attr=name, value=on)) if name in NARROWING:
                yield self._replaced("call removed", node, self._text(on))
                yield from self._without_arguments(node)
            case ast.FunctionDef() | ast.ClassDef():
                yield from self._without_decorators(node)

    def _without_arguments(self, call: ast.Call) -> Iterator[Fault]:
        """Drop one of several arguments, with the comma before or after it."""
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        for number, argument in enumerate(arguments) if len(arguments) > 1 else ():
            if number:
                start, end = self._end(arguments[number - 1]), self._end(argument)
            else:
                start, end = self._start(argument), self._start(arguments[1])
            yield Fault(self._path, start, end, "argument removed", b"")

    def _without_decorators(
        self, node: ast.FunctionDef | ast.ClassDef
    ) -> Iterator[Fault]:
        for decorator in node.decorator_list:
            if self._name(decorator) not in KEPT_DECORATORS:
                at, end = self._start(decorator) - 1, self._end(decorator)
                yield Fault(self._path, at, end, "decorator removed", b"")

    def _between(
        self, kind: str, left: ast.expr, right: ast.expr, pair: tuple[bytes, bytes]
    ) -> Iterator[Fault]:
        """Replace the operator that stands between two operands."""
        old, new = pair
        at = self._source.find(old, self._end(left), self._start(right))
        if at >= 0:
            yield Fault(self._path, at, at + len(old), kind, new)

    def _replaced(self, kind: str, node: ast.AST, text: str) -> Fault:
        start, end = self._start(node), self._end(node)
        return Fault(self._path, start, end, kind, text.encode())

    def _name(self, decorator: ast.AST) -> str:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        return self._text(name).split(".")[-1]

    def _text(self, node: ast.AST) -> str:
        return self._source[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.AST) -> int:
        return self._lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return self._lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
