"""Installed packages against a file of advisories, in the format of OSV."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from monitoring.scans.engine.issues import Issue, ScannerFailed, Severity

SEVERITIES = {
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}
Advisory = Mapping[str, Any]


def scan_packages(path: Path, installed: Mapping[str, str]) -> list[Issue]:
    """Return what the advisories of a file say of the packages, name -> version."""
    versions: dict[str, str] = {
        canonicalize_name(name): text for name, text in installed.items()
    }
    try:
        return [issue for one in _advisories(path) for issue in _issues(one, versions)]
    except OSError as error:
        raise ScannerFailed(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, BadZipFile):
        reason = (
            f"{path} holds no advisories of OSV: give a JSON list of them, or the "
            "zip file of an ecosystem."
        )
        raise ScannerFailed(reason) from None


def _advisories(path: Path) -> Iterator[Advisory]:
    """Yield them one by one: the file of an ecosystem has tens of thousands."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            for name in archive.namelist():
                yield json.loads(archive.read(name))
        return
    yield from json.loads(path.read_bytes())


def _issues(advisory: Advisory, versions: Mapping[str, str]) -> Iterator[Issue]:
    if advisory.get("withdrawn"):
        return
    for affected in advisory.get("affected", []):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        version = versions.get(name)
        if package.get("ecosystem") != "PyPI" or version is None:
            continue
        fixed_in = _affected(affected, version)
        if fixed_in is None:
            continue
        details = advisory.get("database_specific") or {}
        named = str(details.get("severity", "")).upper()
        advice = f"; upgrade to {fixed_in}" if fixed_in else "; no version mends it"
        summary = advisory.get("summary") or "a known vulnerability"
        yield Issue(
            rule=advisory["id"],
            # Nobody has judged it yet, which does not make it small.
            severity=SEVERITIES.get(named, Severity.MEDIUM),
            message=f"{name} {version}: {summary}{advice}.",
            path=name,
            url=f"https://osv.dev/vulnerability/{advisory['id']}",
            text=name,
        )


def _affected(affected: Mapping[str, Any], version: str) -> str | None:
    """Return the version that mends it, "" where none does; None: not affected."""
    mended = [
        event["fixed"]
        for each in affected.get("ranges", [])
        for event in each.get("events", [])
        if "fixed" in event and each.get("type") == "ECOSYSTEM"
    ]
    last = mended[-1] if mended else ""
    if version in affected.get("versions", []):
        return last
    try:
        own = Version(version)
        for each in affected.get("ranges", []):
            if each.get("type") == "ECOSYSTEM":
                fixed_in = _in_range(own, each.get("events", []))
                if fixed_in is not None:
                    return fixed_in
    except InvalidVersion:
        return None
    return None


def _in_range(own: Version, events: list[Mapping[str, str]]) -> str | None:
    is_in = False
    for event in events:
        if "introduced" in event:
            is_in = is_in or own >= Version(event["introduced"])
        elif "fixed" in event and is_in:
            if own < Version(event["fixed"]):
                return event["fixed"]
            is_in = False
        elif "last_affected" in event and is_in:
            is_in = own <= Version(event["last_affected"])
    return "" if is_in else None
