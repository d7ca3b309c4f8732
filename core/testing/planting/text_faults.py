"""The faults that may be planted in templates and scripts, found by their spelling."""

import re
from collections.abc import Iterator
from pathlib import Path

from core.testing.planting.fault import Fault

Rule = tuple[str, str, str]
TEMPLATE: list[Rule] = [
    ("not", r"(\{% (?:el)?if )not ", r"\1"),
    ("not", r"(\{% (?:el)?if )(?!not )([\w.]+) %\}", r"\1not \2 %}"),
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("value removed", r"\{\{[^}]*\}\}", ""),
    ("filter removed", r"(\{\{[^}|]*)\|\w+(?::\"[^\"]*\"|:[\w.]+)?", r"\1"),
    ("tag removed", r"\{% (?:include|csrf_token)[^%]*%\}", ""),
    ("attribute removed", r" (?:aria-|data-)[\w-]+=\"[^\"]*\"", ""),
    ("attribute removed", r" (?:scope|role|for|title|method)=\"[^\"]*\"", ""),
]
SCRIPT: list[Rule] = [
    ("comparison", r" < ", " <= "),
    ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" >= ", " > "),
    ("comparison", r" === ", " !== "),
    ("comparison", r" !== ", " === "),
    ("and, or", r" && ", " || "),
    ("and, or", r" \|\| ", " && "),
    ("plus, minus", r" \+ ", " - "),
    ("plus, minus", r" - ", " + "),
    ("not", r"!(?=[\w(])", ""),
    ("constant", r"(?<![\w.#-])\d+(?![\w.%])", "2"),
    ("constant", r"(?<![\w.#-])\d+(?![\w.%])", "1"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
    ("line removed", r"(?m)^ +(?!return|const|let)[\w.\[\]]+\(.*\);$", ""),
    ("line removed", r"(?m)^ +(?!return|const|let)[\w.\[\]]+ [+-]?= .*;$", ""),
    ("line removed", r"(?m)^ +return;$", ""),
]
RULES = {".html": TEMPLATE, ".js": SCRIPT}
COMMENT = re.compile(rb"^\s*(//|\*|/\*|\{#)")


def text_faults(path: Path, source: bytes) -> Iterator[Fault]:
    for kind, pattern, planted in RULES[path.suffix]:
        for match in re.finditer(pattern.encode(), source):
            line = source[source.rfind(b"\n", 0, match.start()) + 1 :]
            if not COMMENT.match(line):
                new = match.expand(planted.encode())
                if new != match.group():
                    yield Fault(path, match.start(), match.end(), kind, new)
