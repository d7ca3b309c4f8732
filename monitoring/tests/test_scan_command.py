"""manage.py scan: what is new, found again, fixed, suppressed, and how it ends."""

import json
from collections.abc import Sequence
from datetime import date, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.checks import Warning
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from core.testing.clock import NOW
from monitoring.models import Finding, Scan
from monitoring.scans import settings_check
from monitoring.scans.schedule import scan_when_due
from monitoring.scans.suppression import CannotSuppress, suppress
from users.audit import Actor
from users.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _well_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.scans.scan.scan_settings", lambda: iter(()))


def report(path: Path, levels: Sequence[str]) -> Path:
    results = [
        {"ruleId": f"R{n}", "level": level, "message": {"text": f"\0{level} {n}\ud800"}}
        for n, level in enumerate(levels)
    ]
    run = {"tool": {"driver": {"name": "trivy"}}, "results": results}
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    return path


def scan(*arguments: Any) -> str:
    out = StringIO()
    call_command("scan", "--no-code", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_what_is_found_again_is_one_finding_and_what_is_not_is_fixed(
    tmp_path: Path,
) -> None:
    path = report(tmp_path / "a", ["warning", "note"])
    assert "2 open findings (1 low, 1 medium, 0 high" in scan("--sarif", path)
    assert Scan.objects.get().new == 2
    (first_seen,) = set(Finding.objects.values_list("first_seen_at", flat=True))
    scan("--sarif", path)
    assert Scan.objects.all()[0].new == 0
    report(path, ["warning"])
    assert "0 new, 1 fixed" in scan("--sarif", path)
    found = Finding.objects.get(rule="R0")
    assert (found.first_seen_at, found.fixed_at) == (first_seen, None)
    assert found.last_seen_at > first_seen
    assert Finding.objects.get(rule="R1").fixed_at
    report(path, ["warning", "note"])
    assert "1 new, 0 fixed" in scan("--sarif", path), "it came back"


def test_findings_of_a_scanner_that_failed_stay_as_they_are(tmp_path: Path) -> None:
    path = report(tmp_path / "a", ["note"])
    scan("--sarif", path)
    path.write_text("damaged")
    with pytest.raises(CommandError, match="a: .* is not a SARIF file") as raised:
        scan("--sarif", path)
    assert raised.value.returncode == 1
    newest = Scan.objects.all()[0]
    assert (newest.low, newest.fixed, list(newest.failures)) == (1, 0, ["a"])


def test_a_report_that_is_damaged_leaves_open_what_its_scanner_found(
    tmp_path: Path,
) -> None:
    one, two = report(tmp_path / "a", ["note"]), report(tmp_path / "b", ["note"] * 2)
    scan("--sarif", one, "--sarif", two)
    two.write_text("damaged")
    with pytest.raises(CommandError, match="b: .* is not a SARIF file"):
        scan("--sarif", one, "--sarif", two)
    newest = Scan.objects.all()[0]
    assert (newest.low, newest.fixed) == (3, 0)


def test_the_exit_status_is_for_ci(tmp_path: Path) -> None:
    path = report(tmp_path / "a", ["error"])
    with pytest.raises(CommandError, match="1 finding of severity high or worse"):
        scan("--sarif", path)
    scan("--sarif", path, "--fail-on", "critical")
    body = json.loads(scan("--sarif", path, "--fail-on", "never", "--json"))
    assert [one["rule"] for one in body["findings"]] == ["R0"]


def test_what_is_suppressed_does_not_count_until_its_day(tmp_path: Path) -> None:
    path = report(tmp_path / "a", ["error"])
    scan("--sarif", path, "--fail-on", "never")
    found, today = Finding.objects.get(), timezone.now().date()
    actor = Actor(User.objects.create(username="ada"), "ada")
    for wrong in (today, today + timedelta(days=367), date(1, 1, 1)):
        with pytest.raises(CannotSuppress, match="Choose a day after"):
            suppress(found, "why", wrong, today, actor)
    suppress(found, "Not reachable.", today + timedelta(days=1), today, actor)
    scan("--sarif", path)
    assert AuditEntry.objects.get(action="finding.suppress").user_name == "ada"
    Finding.objects.update(suppressed_until=today)
    with pytest.raises(CommandError, match="1 finding"):
        scan("--sarif", path)
    assert Finding.objects.get().suppression_reason == "Not reachable."


def test_a_worker_scans_once_a_day_where_a_time_is_set(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.scans.scan.scan_code", lambda *_: [])
    settings.SCAN_AT, settings.SCAN_ADVISORIES = None, "/nowhere/osv.zip"
    assert scan_when_due(NOW) is None
    settings.SCAN_AT = time(3)
    done = scan_when_due(NOW)
    assert done is not None
    assert "django" in done.scanners
    assert "/nowhere/osv.zip" in done.failures["advisories"]
    assert scan_when_due(NOW + timedelta(minutes=1)) is None
    assert scan_when_due(NOW + timedelta(days=1)) is not None


def test_a_finding_about_the_settings_is_known_again_by_its_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warnings = [Warning("Set it.", id="security.W004"), Warning("Look at it.")]
    monkeypatch.setattr(settings_check, "run_checks", lambda **_: warnings)
    found = [(one.rule, one.text) for one in settings_check.scan_settings()]
    assert found == [("security.W004", "security.W004"), ("", "Look at it.")]
