"""One scan: what each scanner finds, and what it means for what was found before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import transaction

from core import VERSION
from core.db.storable import storable
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
    of_files: set[str] = field(default_factory=set)
    has_unread_file: bool = False

    def ask(self, scanner: str, scan: Callable[[], Sequence[Issue]]) -> None:
        try:
            self.found[scanner] = scan()
        except ScannerFailed as error:
            self.failures[scanner] = str(error)

    def read(self, path: Path) -> None:
        """Take what a report in SARIF has; several may be of one scanner."""
        try:
            for name, issues in read_sarif(path).items():
                scanner = storable(name, 100)
                before = self.found.get(scanner, ())
                self.found[scanner] = [*before, *issues]
                self.of_files.add(scanner)
        except ScannerFailed as error:
            self.failures[path.name] = str(error)
            self.has_unread_file = True

    @property
    def whole(self) -> set[str]:
        """Return the scanners of which all is here; a file of any may be unread."""
        return set(self.found) - (self.of_files if self.has_unread_file else set())


def run_scanners(
    *, code: bool, advisories: Path | None, sarif: Sequence[Path]
) -> Scanned:
    scanned = Scanned()
    if code:
        scanned.ask(CODE, lambda: scan_code(settings.BASE_DIR, own_folders()))
    scanned.ask(SETTINGS, lambda: list(scan_settings()))
    if advisories:
        scanned.ask(PACKAGES, lambda: scan_packages(advisories, installed()))
    for path in sarif:
        scanned.read(path)
    return scanned


def own_folders() -> Sequence[Path]:
    """Return the folders of our own applications."""
    found = (Path(one.path) for one in apps.get_app_configs())
    return sorted(path for path in found if path.parent == settings.BASE_DIR)


def installed() -> Mapping[str, str]:
    return {one.name: one.version for one in distributions() if one.name}


@transaction.atomic
def store_scan(scanned: Scanned, started_at: datetime, now: datetime) -> Scan:
    """Store what was found; what a scanner no longer finds is fixed.

    Findings of a scanner that failed stay as they are.
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
    answered = Finding.objects.filter(scanner__in=scanned.whole, fixed_at=None)
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
    url = issue.url if issue.url.isprintable() and len(issue.url) <= 1000 else ""
    return Finding(
        scanner=scanner,
        fingerprint=fingerprint,
        rule=storable(issue.rule, 200),
        severity=issue.severity.value,
        message=storable(issue.message, 5000),
        path=storable(issue.path, 1000),
        line=issue.line,
        url=url if url.startswith(("https://", "http://")) else "",
        first_seen_at=now,
        last_seen_at=now,
    )
