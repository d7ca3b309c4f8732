"""manage.py scan: looks for weaknesses of this installation."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import TAKEN, counted
from core.db.exclusive import AlreadyRunning, exclusive
from monitoring.scans.engine.issues import Severity
from monitoring.scans.models import Finding, FindingStatus, Scan
from monitoring.scans.scan import run_scanners, store_scan

SEVERITIES = [one.value for one in Severity]
NEVER = "never"


class Command(BaseCommand):
    help = (
        "Looks for weaknesses: bandit over the code, Django's check of the settings, "
        "the versions of packages against --advisories, and what other scanners wrote "
        "as SARIF. Stores what is found, new, and no longer found. Exit status 1 when "
        "findings of --fail-on or worse are open, or a scanner failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sarif",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="A report in SARIF 2.1.0, of any scanner; may be given several times. "
            "It stands for all that this scanner found.",
        )
        parser.add_argument(
            "--advisories",
            type=Path,
            metavar="FILE",
            help="Advisories in OSV's format: a JSON list, or the zip file of PyPI.",
        )
        parser.add_argument("--no-code", action="store_true", help="Without bandit.")
        parser.add_argument(
            "--fail-on",
            choices=[*SEVERITIES, NEVER],
            default="high",
            help="Default: high.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with exclusive("scan"):
                scan = self._scan(options)
        except AlreadyRunning:
            reason = "Another scan is running."
            raise CommandError(reason, returncode=TAKEN) from None
        self._report(scan, as_json=options["json"])
        at_least = options["fail_on"]
        failing = [] if at_least == NEVER else SEVERITIES[SEVERITIES.index(at_least) :]
        count = sum(getattr(scan, name) for name in failing)
        reasons = [f"{name}: {why}" for name, why in scan.failures.items()]
        if count:
            reasons.append(
                f"{counted(count, 'finding')} of severity {at_least} or worse."
            )
        if reasons:
            raise CommandError("\n".join(reasons))

    def _scan(self, options: dict[str, Any]) -> Scan:
        started_at = timezone.now()
        scanned = run_scanners(
            code=not options["no_code"],
            advisories=options["advisories"],
            sarif=options["sarif"],
        )
        return store_scan(scanned, started_at, timezone.now())

    def _report(self, scan: Scan, *, as_json: bool) -> None:
        rows = Finding.objects.all().with_status(
            FindingStatus.OPEN, scan.finished_at.date()
        )
        found = list(rows.worst_first())
        if as_json:
            columns = ("scanner", "rule", "severity", "message", "path", "line")
            findings = [{n: getattr(one, n) for n in columns} for one in found]
            counts = {name: getattr(scan, name) for name in ("new", "fixed")}
            body = {**counts, "failures": scan.failures, "findings": findings}
            self.stdout.write(json.dumps(body, indent=2))
            return
        for one in found:
            where = f"{one.path}:{one.line}" if one.line else one.path
            self.stdout.write(
                " ".join(filter(None, (one.severity, one.rule, where, one.message)))
            )
        by_severity = ", ".join(f"{getattr(scan, name)} {name}" for name in SEVERITIES)
        self.stdout.write(
            f"{counted(len(found), 'open finding')} ({by_severity}); {scan.new} new, "
            f"{scan.fixed} fixed."
        )
