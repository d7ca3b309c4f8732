"""Anomalies reach people through the alert channels: those of the last days, once."""

from datetime import datetime, timedelta

from alerts.channels import configured_channels
from alerts.models import Facts, Notice, Severity, Topic
from alerts.outbox import queue_notice
from core.money import for_reading
from core.windows import utc_day
from insights.models import Anomaly
from insights.owners.matching import OwnerRules, accounts_by_id, traits_of_anomaly

# An installation that reads a year of bills tells nobody of last spring.
RECENT = timedelta(days=3)
# One of low severity is in the digest only.
SEVERITIES = {
    Anomaly.Severity.MEDIUM: Severity.WARNING,
    Anomaly.Severity.HIGH: Severity.WARNING,
    Anomaly.Severity.CRITICAL: Severity.CRITICAL,
}


def queue_anomalies(now: datetime) -> None:
    """Queue a notice of each that was found lately and that nobody looks at yet."""
    rows = Anomaly.objects.filter(
        status=Anomaly.Status.DETECTED,
        severity__in=SEVERITIES,
        seen_on__gte=utc_day(now) - RECENT,
    )
    found = list(rows.select_related("account__payer", "resource").order_by("pk"))
    if not found:
        return
    rules, accounts = OwnerRules(now), accounts_by_id(found)
    for row in found:
        traits = traits_of_anomaly(row, accounts)
        facts = Facts(
            Topic.ANOMALY,
            SEVERITIES[Anomaly.Severity(row.severity)],
            row.account,
            row.impact,
            row.currency,
            rules.teams_of(traits),
            traits.tags,
        )
        cause = _cause(row)
        text = f"{_sentence(row)} {cause}"
        queue_notice(row, "detected", text, now, facts, cause=cause)


def queue_ends(now: datetime) -> None:
    """Tell channels where it stays open until then that an anomaly is closed."""
    tracking = {name for name, one in configured_channels().items() if one.tracks_ends}
    notified = Notice.objects.not_ended().of_model(Anomaly).filter(channel__in=tracking)
    closed = Anomaly.objects.exclude(status__in=Anomaly.OPEN)
    ended = closed.filter(pk__in=notified.values("about_id"))
    for row in ended.select_related("account", "resource"):
        queue_notice(
            row,
            "closed",
            f"{row.title}: {row.get_status_display().lower()}. {_cause(row)}",
            now,
            Facts(Topic.ANOMALY, Severity.INFO, row.account),
            cause=_cause(row),
            channels=tracking,
            is_end=True,
        )


def _sentence(row: Anomaly) -> str:
    impact = ""
    if row.impact is not None:
        more = "more" if row.impact > 0 else "less"
        size = for_reading(abs(row.impact), row.currency)
        impact = f", {size} {more} than expected in all"
    actual, expected = (for_reading(n, row.unit) for n in (row.actual, row.expected))
    day = f"{row.peak_day:%-d %b}"
    sentence = f"{row.title}: {actual} on {day}, {expected} expected{impact}."
    return f"{sentence} {_largest_use(row)}".rstrip()


def _largest_use(row: Anomaly) -> str:
    """Name the use that the largest part comes from; "" without line items."""
    if not row.line_causes:
        return ""
    use = row.line_causes[0]
    name = " ".join(filter(None, (use["resource"], use["usage_type"])))
    return f"Largest part: {name or use['service']} ({use['share']:.0%})."


def _cause(row: Anomaly) -> str:
    """Return what anomalies that are sent together have in common."""
    what = row.service or (row.tag_key and f"Tag {row.tag_key}") or "The cost"
    if row.resource_id:
        what = "CPU"
    return f"{what} is {row.get_direction_display().lower()} what is expected."
