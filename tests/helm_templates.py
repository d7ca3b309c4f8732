"""Renders the Helm chart of deploy/ as far as its templates go, without Helm.

They use values, include, range, if, quote, printf, toYaml and nindent; what else Go's
templates know raises.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.DOTALL)
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s|]+|\|')
Scope = dict[str, Any]


class Chart:
    def __init__(self, folder: Path, values: Scope | None = None) -> None:
        stored = yaml.safe_load((folder / "values.yaml").read_text())
        self.scope: Scope = {
            "": {
                "Values": _merged(stored, values or {}),
                "Release": {"Name": "cloudintel"},
            }
        }
        self.defined: dict[str, list[str]] = {}
        self.texts = [path.read_text() for path in sorted(folder.glob("templates/*"))]
        for text in self.texts:
            self._render(_parts(text), self.scope)  # it defines what others include

    def objects(self) -> Iterator[dict[str, Any]]:
        for text in self.texts:
            rendered = self._render(_parts(text), self.scope)
            yield from filter(None, yaml.safe_load_all(rendered))

    def _render(self, parts: list[str], scope: Scope) -> str:
        out, at = "", 0
        while at < len(parts):
            if at % 2 == 0:
                out, at = out + parts[at], at + 1
                continue
            keyword, _, rest = parts[at].partition(" ")
            if keyword not in {"define", "range", "if"}:
                out, at = out + _text(self._value(parts[at], scope)), at + 1
                continue
            end = _end(parts, at)
            out += self._block(keyword, rest, parts[at + 1 : end], scope)
            at = end + 1
        return out

    def _block(self, keyword: str, rest: str, body: list[str], scope: Scope) -> str:
        if keyword == "define":
            self.defined[json.loads(rest)] = body
            return ""
        if keyword == "if":
            return self._render(body, scope) if self._value(rest, scope) else ""
        names, _, source = rest.partition(" := ")
        key, value = names.split(", ")
        items = self._value(source, scope).items()
        return "".join(
            self._render(body, scope | {key: name, value: one})
            for name, one in sorted(items)
        )

    def _value(self, expression: str, scope: Scope) -> Any:
        """Return what a pipeline gives; each result is the next command's last word."""
        commands: list[list[str]] = [[]]
        for word in WORD.findall(expression):
            commands.append([]) if word == "|" else commands[-1].append(word)
        result: Any = None
        for number, (name, *arguments) in enumerate(commands):
            given = [self._word(one, scope) for one in arguments]
            if number:
                given.append(result)
            result = (
                self._word(name, scope) if not given else self._call(name, given, scope)
            )
        return result

    def _call(self, name: str, given: list[Any], scope: Scope) -> str:
        if name == "include":
            return self._render(self.defined.get(given[0], []), scope)
        if name == "quote":
            return json.dumps(_text(given[0]))
        if name == "printf":
            return str(given[0] % tuple(given[1:]))
        if name == "toYaml":
            return yaml.safe_dump(given[0]).rstrip("\n")
        if name == "nindent":
            indent = " " * given[0]
            return "\n" + "\n".join(indent + line for line in given[1].split("\n"))
        raise NotImplementedError(name)

    def _word(self, word: str, scope: Scope) -> Any:
        if word.startswith('"'):
            return json.loads(word)
        if word.isdigit():
            return int(word)
        if word.startswith("$"):
            return scope[word]
        found = scope[""]
        for name in filter(None, word.split(".")):
            found = found[name]  # a value that is missing raises
        return found


def _merged(stored: Scope, given: Scope) -> Scope:
    """Return the values of both; Helm adds to maps, and replaces all else."""
    return stored | {
        name: _merged(stored[name], one)
        if isinstance(one, dict) and isinstance(stored.get(name), dict)
        else one
        for name, one in given.items()
    }


def _parts(text: str) -> list[str]:
    """Return text and actions in turn, with what actions trim taken away."""
    parts, at = [], 0
    for action in ACTION.finditer(text):
        before = text[at : action.start()]
        parts += [before.rstrip() if action[1] else before, action[2]]
        at = action.end()
        if action[3]:
            at += len(text[at:]) - len(text[at:].lstrip())
    return [*parts, text[at:]]


def _end(parts: list[str], at: int) -> int:
    depth = 0
    for number in range(at, len(parts), 2):
        keyword = parts[number].partition(" ")[0]
        depth += (keyword in {"define", "range", "if"}) - (keyword == "end")
        if not depth:
            return number
    raise ValueError(f"no end of {parts[at]}")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
