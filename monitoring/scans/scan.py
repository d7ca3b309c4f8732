"""One scan: what each scanner finds, and what it means for what was found before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core import VERSION
from monitoring.scans.engine.code import scan_code
from monitoring.scans.engine.issues import Issue, ScannerFailed, fingerprints
from monitoring.scans.engine.packages import scan_packages
from monitoring.scans.engine.sarif import read_sarif
from monitoring.scans.models import Finding, FindingStatus, Scan
from monitoring.scans.settings_check import scan_settings

CODE, SETTINGS, PACKAGES = "bandit", "django", "advisories"
COMES_AGAIN = ["rule", "severity", "message", "path", "line", "url"]
COMES_AGAIN += ["last_seen_at", "fixed_at"]


@dataclass
class Scanned:
    """What the scanners that answered found, and why the others did not."""

    found: dict[str, Sequence[Issue]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    """Those of which another report could not be read."""

    def ask(self, scanner: str, scan: Callable[[], Sequence[Issue]]) -> None:
        try:
            self.found[scanner] = scan()
        except ScannerFailed as error:
            self.failures[scanner] = str(error)


def run_scanners(
    *, code: bool, advisories: Path | None, sarif: Sequence[Path]
) -> Scanned:
    scanned = Scanned()
    if code:
        scanned.ask(CODE, lambda: scan_code(settings.BASE_DIR, own_folders()))
    scanned.ask(SETTINGS, lambda: list(scan_settings()))
    if advisories:
        scanned.ask(PACKAGES, lambda: scan_packages(advisories, installed()))
    _read_reports(scanned, sarif)
    return scanned


def _read_reports(scanned: Scanned, paths: Sequence[Path]) -> None:
    reported, unread = set(), False
    for path in paths:
        try:
            for scanner, issues in read_sarif(path).items():
                before = scanned.found.get(scanner, ())
                scanned.found[scanner] = [*before, *issues]
                reported.add(scanner)
        except ScannerFailed as error:
            scanned.failures[path.name], unread = str(error), True
    if unread:  # whose it is, nobody knows
        scanned.incomplete = reported


def own_folders() -> Sequence[Path]:
    """Return the folders of our own code, be they Django's applications or not."""
    return sorted(one.parent for one in settings.BASE_DIR.glob("*/__init__.py"))


def installed() -> Mapping[str, str]:
    return {one.name: one.version for one in distributions() if one.name}


@transaction.atomic
def store_scan(scanned: Scanned, started_at: datetime, now: datetime) -> Scan:
    """Store what was found; what a scanner no longer finds is fixed.

    Findings of a scanner that failed, or may have more to say, stay as they are.
    """
    before = _open_keys(now)
    rows = [
        _row(scanner, fingerprint, issue, now)
        for scanner, issues in scanned.found.items()
        for fingerprint, issue in fingerprints(issues)
    ]
    Finding.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["scanner", "fingerprint"],
        update_fields=COMES_AGAIN,
    )
    whole = scanned.found.keys() - scanned.incomplete
    answered = Finding.objects.filter(scanner__in=whole, fixed_at=None)
    fixed = answered.exclude(last_seen_at=now).update(fixed_at=now)
    return Scan.objects.create(
        started_at=started_at,
        finished_at=now,
        version=VERSION,
        scanners=sorted(scanned.found),
        failures=scanned.failures,
        new=len(_open_keys(now) - before),
        fixed=fixed,
        **Finding.objects.all().open_by_severity(now.date()),
    )


def _open_keys(now: datetime) -> set[int]:
    rows = Finding.objects.all().with_status(FindingStatus.OPEN, now.date())
    return set(rows.values_list("pk", flat=True))


def _row(scanner: str, fingerprint: str, issue: Issue, now: datetime) -> Finding:
    is_link = issue.url.startswith(("https://", "http://"))
    return Finding(
        scanner=_text(scanner, 100),
        fingerprint=fingerprint,
        rule=_text(issue.rule, 200),
        severity=issue.severity.value,
        message=_text(issue.message, 5000),
        path=_text(issue.path, 1000),
        line=issue.line,
        url=_text(issue.url, 1000) if is_link else "",
        first_seen_at=now,
        last_seen_at=now,
    )


def _text(text: str, length: int) -> str:
    """Return what any database takes of it: no NUL, no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()[:length]
