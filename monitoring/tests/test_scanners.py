"""What each scanner's report says becomes one kind of record, or one clear sentence."""

import json
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from monitoring.scans.engine.code import read_bandit, scan_code
from monitoring.scans.engine.issues import Issue, ScannerFailed, Severity, fingerprints
from monitoring.scans.engine.packages import scan_packages
from monitoring.scans.engine.sarif import read_sarif
from monitoring.scans.scan import own_folders


def bandit_result(line: int, text: str, **changes: Any) -> dict[str, Any]:
    return {
        "test_id": "B603",
        "issue_severity": "LOW",
        "issue_text": "subprocess call",
        "filename": "/srv/app/core/a.py",
        "line_number": line,
        "line_range": [line],
        "code": f"{line - 1} import x\n{line} {text}\n{line + 1} pass\n",
        "more_info": "https://bandit.example/b603.html",
    } | changes


def advisory(*events: dict[str, str], **changes: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    package = {"ecosystem": "PyPI", "name": "Django"}
    return {
        "id": "PYSEC-1",
        "summary": "SQL injection",
        "affected": [{"package": package, "ranges": ranges}],
        "database_specific": {"severity": "CRITICAL"},
    } | changes


def sarif(path: Path, *results: dict[str, Any], **driver: Any) -> Path:
    run = {"tool": {"driver": {"name": "trivy"} | driver}, "results": list(results)}
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    return path


def test_bandit_finds_what_is_not_marked_with_a_reason() -> None:
    marked = bandit_result(9, "run(command)  # noqa: S603 - our own commands")
    (found,) = read_bandit(
        {"results": [bandit_result(4, "    run(given)"), marked]}, Path("/srv/app")
    )
    assert found == Issue(
        rule="B603",
        severity=Severity.LOW,
        message="subprocess call",
        path="core/a.py",
        line=4,
        url="https://bandit.example/b603.html",
        text="run(given)",
    )


def test_it_really_asks_bandit(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for name in ("a.py", "tests/b.py"):
        (tmp_path / name).write_text("import subprocess\neval(input())\n")
    found = scan_code(tmp_path, [tmp_path])
    assert {(one.rule, one.path) for one in found} == {
        ("B404", "a.py"),
        ("B307", "a.py"),
    }


def test_without_bandit_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ScannerFailed, match="pip install bandit"):
        scan_code(Path(), [])


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (b"", "ended with status 2: no space"),
        (b'{"errors": [{"filename": "a.py"}]}', "could not read 1 files, such as a.py"),
    ],
)
def test_a_report_that_is_not_whole_is_no_report(
    printed: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], 2, printed, b"Traceback\nno space")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    with pytest.raises(ScannerFailed, match=reason):
        scan_code(Path(), [])


@pytest.mark.parametrize(
    ("events", "version", "advice"),
    [
        ([{"introduced": "0"}, {"fixed": "5.2.3"}], "5.2.2", "upgrade to 5.2.3"),
        ([{"introduced": "0"}, {"fixed": "5.2.3"}], "5.2.3", None),
        ([{"introduced": "5.3"}, {"fixed": "5.4"}], "5.2.3", None),
        ([{"introduced": "5.0"}], "5.2", "no version mends it"),
        ([{"introduced": "5.0"}, {"last_affected": "5.2"}], "5.2", "no version"),
        ([{"introduced": "5.0"}, {"last_affected": "5.2"}], "5.10", None),
    ],
)
def test_an_advisory_counts_for_the_versions_that_it_names(
    events: list[dict[str, str]], version: str, advice: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "osv.json"
    path.write_text(json.dumps([advisory(*events)]))
    found = scan_packages(path, {"django": version, "celery": "5.7"})
    assert [one.severity for one in found] == ([Severity.CRITICAL] if advice else [])
    assert all(advice and advice in one.message for one in found)


def test_the_zip_file_of_an_ecosystem_is_read_too(tmp_path: Path) -> None:
    one = advisory({"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    two = advisory({"introduced": "0"}, id="PYSEC-2", database_specific=None)
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-1.json", json.dumps(one))
        archive.writestr("PYSEC-2.json", json.dumps(two))
    (found,) = scan_packages(tmp_path / "all.zip", {"Django": "5.2"})
    assert (found.rule, found.severity) == ("PYSEC-2", Severity.MEDIUM)


def test_sarif_is_read_with_its_own_severities(tmp_path: Path) -> None:
    place = {"artifactLocation": {"uri": "Dockerfile"}, "region": {"startLine": 3}}
    rules = [{"id": "CVE-1", "properties": {"security-severity": "9.8"}}]
    results: list[dict[str, Any]] = [
        {
            "ruleId": "CVE-1",
            "message": {"text": "openssl"},
            "locations": [{"physicalLocation": place}],
        },
        {"ruleId": "W", "level": "note", "message": {"text": "root"}},
        {"ruleId": "P", "kind": "pass", "message": {"text": "fine"}},
        {"ruleId": "S", "suppressions": [{}], "message": {"text": "known"}},
    ]
    found = read_sarif(sarif(tmp_path / "a.sarif", *results, rules=rules))
    worst, least = found["trivy"]
    assert (worst.severity, worst.path, worst.line) == ("critical", "Dockerfile", 3)
    assert (least.rule, least.severity) == ("W", "low")


def test_rules_that_a_tool_has_in_extensions_count_as_its_own(tmp_path: Path) -> None:
    rules = [{"id": "py/sql", "properties": {"security-severity": "9.1"}}]
    result = {"ruleId": "py/sql", "message": {"text": "SQL"}}
    run = {
        "tool": {"driver": {"name": "CodeQL"}, "extensions": [{"rules": rules}]},
        "results": [result],
    }
    path = tmp_path / "a.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    (found,) = read_sarif(path)["CodeQL"]
    assert found.severity == Severity.CRITICAL


@pytest.mark.parametrize("line", [0, -4, 2**40, "12", None])
def test_a_line_that_is_none_is_not_known(line: Any, tmp_path: Path) -> None:
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": line}}
    result = {
        "message": {"text": "m"},
        "locations": [{"physicalLocation": place}],
    }
    (found,) = read_sarif(sarif(tmp_path / "a.sarif", result))["trivy"]
    assert (found.path, found.line) == ("a.py", None)


def test_a_tool_that_says_that_it_failed_has_not_answered(tmp_path: Path) -> None:
    run = {
        "tool": {"driver": {"name": "trivy"}},
        "invocations": [{"executionSuccessful": False}],
        "results": [],
    }
    path = tmp_path / "a.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    with pytest.raises(ScannerFailed, match="says that trivy failed"):
        read_sarif(path)


def test_all_code_that_the_product_runs_is_scanned() -> None:
    folders = {folder.name for folder in own_folders()}
    assert {"providers", "live", "core", "monitoring"} <= folders
    assert not {"docs", "deploy", ".venv"} & folders


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read: No such file"),
        ("not json", "is not a SARIF file"),
        ("[]", "is not a SARIF file"),
        ('{"version": "1.0"}', "is SARIF 1.0; write version 2.1.0"),
        ('{"version": "2.1.0", "runs": [{}]}', "not as SARIF 2.1.0 has it"),
    ],
)
def test_another_file_is_refused_in_words(
    text: str | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.sarif"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ScannerFailed, match=reason):
        read_sarif(path)


@pytest.mark.parametrize("text", ["not json", '{"a": 1}', "[1]"])
def test_advisories_of_another_format_are_refused_in_words(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "osv.json"
    with pytest.raises(ScannerFailed, match="cannot be read: No such file"):
        scan_packages(path, {})
    path.write_text(text)
    with pytest.raises(ScannerFailed, match="holds no advisories of OSV"):
        scan_packages(path, {"django": "5.2"})


def test_a_line_that_moves_is_the_same_finding() -> None:
    def key(line: int, text: str = "run(x)") -> list[str]:
        issues = [Issue("B1", Severity.LOW, "m", "a.py", line, text=text)]
        return [one for one, _ in fingerprints(issues * 2)]

    first, second = key(4)
    assert first != second, "the same line twice is two findings"
    assert key(9) == [first, second]
    assert key(4, "run(y)")[0] != first
