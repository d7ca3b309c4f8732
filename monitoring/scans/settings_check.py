"""Django's own check of how it is deployed."""

from collections.abc import Iterator

from django.core.checks import ERROR, WARNING, run_checks

from monitoring.scans.engine.issues import Issue, Severity


def scan_settings() -> Iterator[Issue]:
    """Yield what it warns of, less what the settings silence."""
    for one in run_checks(include_deployment_checks=True):
        if one.is_silenced():
            continue
        severity = Severity.LOW
        if one.level >= WARNING:
            severity = Severity.HIGH if one.level >= ERROR else Severity.MEDIUM
        message = " ".join(filter(None, (one.msg, one.hint)))
        yield Issue(one.id or "", severity, message, text=one.id or message)
