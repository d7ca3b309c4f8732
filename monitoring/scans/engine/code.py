"""bandit over Python code: calls and texts by which it could be attacked."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from monitoring.scans.engine.issues import Issue, ScannerFailed, Severity

# Code that is not run by the product, and is not in its image.
LEFT_OUT = ("*/tests/*", "*/benchmarks/*", "*/testing/*", "*/testing.py")
MISSING = (
    "bandit is not installed, so the code was not scanned. Install it with "
    "`pip install bandit` into the environment that runs manage.py."
)
LONGEST_SECONDS = 600
RESOLUTION = {"LOW": Severity.LOW, "MEDIUM": Severity.MEDIUM, "HIGH": Severity.HIGH}


def scan_code(base: Path, folders: Sequence[Path]) -> list[Issue]:
    """Return what bandit finds in these folders of `base`; raise ScannerFailed."""
    if importlib.util.find_spec("bandit") is None:
        raise ScannerFailed(MISSING)
    command = [sys.executable, "-m", "bandit", "--recursive", "--quiet", "--exit-zero"]
    # Without guesses, of which most are wrong.
    command += ["--format", "json", "--confidence-level", "medium"]
    command += ["--exclude", ",".join(LEFT_OUT)]
    command += [str(folder) for folder in folders]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            command, capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
        report = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        reason = f"bandit did not end within {LONGEST_SECONDS} seconds."
        raise ScannerFailed(reason) from None
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        reason = f"bandit ended with status {done.returncode}: {last or 'no report'}"
        raise ScannerFailed(reason) from None
    if unread := [one["filename"] for one in report["errors"]]:
        reason = f"bandit could not read {len(unread)} files, such as {unread[0]}."
        raise ScannerFailed(reason)
    return list(read_bandit(report, base))


def read_bandit(report: dict[str, Any], base: Path) -> Iterator[Issue]:
    """Yield its results, less those whose line says why they are none: `# noqa: S603`
    names B603."""
    for one in report["results"]:
        lines = _numbered(one["code"])
        if any(f"S{one['test_id'][1:]}" in line for line in _marked(lines, one)):
            continue
        path = Path(one["filename"])
        yield Issue(
            rule=one["test_id"],
            severity=RESOLUTION.get(one["issue_severity"], Severity.LOW),
            message=one["issue_text"],
            path=str(path.relative_to(base) if path.is_relative_to(base) else path),
            line=one["line_number"],
            url=one.get("more_info", ""),
            text=lines.get(one["line_number"], "").strip(),
        )


def _numbered(code: str) -> dict[int, str]:
    found = {}
    for line in code.splitlines():
        number, _, text = line.partition(" ")
        if number.isdigit():
            found[int(number)] = text
    return found


def _marked(lines: dict[int, str], result: dict[str, Any]) -> Iterator[str]:
    for number in result["line_range"]:
        _, marked, codes = lines.get(number, "").partition("# noqa:")
        if marked:
            yield codes
