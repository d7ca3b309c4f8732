"""SARIF 2.1.0, in which most scanners report."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitoring.scans.engine.issues import Issue, ScannerFailed, Severity

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}
# Of the property `security-severity`, a CVSS score.
SCORES = (
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MEDIUM),
)
# What a column holds.
LAST_LINE = 2**31 - 1


def read_sarif(path: Path) -> dict[str, list[Issue]]:
    """Return what each tool of a file found; raise ScannerFailed for any other file."""
    try:
        report = json.loads(path.read_bytes())
        version = report["version"]
    except OSError as error:
        raise ScannerFailed(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise ScannerFailed(f"{path} is not a SARIF file.") from None
    if version != "2.1.0":
        raise ScannerFailed(f"{path} is SARIF {version}; write version 2.1.0.")
    found: dict[str, list[Issue]] = {}
    try:
        for run in report["runs"]:
            name = str(run["tool"]["driver"]["name"])
            if _failed(run):
                raise ScannerFailed(f"{path} says that {name} failed. Run it again.")
            found.setdefault(name, []).extend(_issues(run))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{path} has a run that is not as SARIF 2.1.0 has it: {error!r}."
        raise ScannerFailed(reason) from None
    return found


def _failed(run: Mapping[str, Any]) -> bool:
    """Return whether its tool says so: then what is missing is not fixed."""
    ended = (one.get("executionSuccessful", True) for one in run.get("invocations", []))
    return not all(ended)


def _issues(run: Mapping[str, Any]) -> Iterator[Issue]:
    """Yield its results, less those that passed, or that the scanner suppressed."""
    rules = _rules(run["tool"])
    for result in run.get("results", []):
        is_one = result.get("kind", "fail") in {"fail", "open", "review"}
        if not is_one or result.get("suppressions"):
            continue
        rule = rules.get(result.get("ruleId", ""), {})
        place = (result.get("locations") or [{}])[0].get("physicalLocation", {})
        prints = result.get("partialFingerprints") or {}
        line = place.get("region", {}).get("startLine")
        yield Issue(
            rule=str(result.get("ruleId", "")),
            severity=_severity(result, rule),
            message=str(result["message"].get("text", "")),
            path=str(place.get("artifactLocation", {}).get("uri", "")),
            line=line if isinstance(line, int) and 0 < line <= LAST_LINE else None,
            url=str(rule.get("helpUri", "")),
            text=" ".join(f"{name}={prints[name]}" for name in sorted(prints)),
        )


def _rules(tool: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return them by id: some tools, such as CodeQL, have theirs in extensions."""
    parts = [tool["driver"], *tool.get("extensions", [])]
    return {one["id"]: one for part in parts for one in part.get("rules", [])}


def _severity(result: Mapping[str, Any], rule: Mapping[str, Any]) -> Severity:
    score = (rule.get("properties") or {}).get("security-severity")
    if score is not None:
        at_least = (named for least, named in SCORES if float(score) >= least)
        return next(at_least, Severity.LOW)
    by_rule = (rule.get("defaultConfiguration") or {}).get("level", "warning")
    return LEVELS.get(result.get("level", by_rule), Severity.LOW)
