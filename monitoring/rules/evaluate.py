"""Holds what is measured to the rules: each breach is reported when it has lasted, and
when it is over."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice, withdraw
from monitoring.rules.models import AlertRule, Breach
from monitoring.rules.readings import Reading, readings

BEGAN, ENDED = "began", "ended"
# What is not measured for so long is gone, as a host that was replaced.
GONE_AFTER = timedelta(days=1)


def evaluate_rules(now: datetime) -> None:
    """Open, tell of and end breaches by the newest values. Run each minute."""
    for rule in AlertRule.objects.filter(is_enabled=True):
        open_ones = {one.subject: one for one in _open().filter(rule=rule)}
        for reading in readings(rule, now):
            breach = open_ones.get(reading.subject)
            if reading.is_broken:
                _broken(rule, reading, breach, now)
            elif breach:
                end_breach(breach, reading.sentence, now)
            if breach:
                Breach.objects.filter(pk=breach.pk).update(seen_at=now)
    for breach in _open().filter(rule__is_enabled=False):
        end_breach(breach, f"The rule {breach.rule} is disabled.", now)
    for breach in _open().filter(seen_at__lt=now - GONE_AFTER):
        end_breach(breach, f"{breach.subject} has not been measured for a day.", now)


def _open() -> QuerySet[Breach]:
    return Breach.objects.filter(ended_at=None).select_related("rule").order_by("pk")


def _broken(
    rule: AlertRule, reading: Reading, breach: Breach | None, now: datetime
) -> None:
    if breach is None:
        try:
            with transaction.atomic():
                breach = Breach.objects.create(
                    rule=rule,
                    subject=reading.subject,
                    since=now,
                    seen_at=now,
                    sentence=reading.sentence,
                )
        except IntegrityError:
            return  # another worker has opened it
    if breach.notified_at or now - breach.since < timedelta(minutes=rule.for_minutes):
        return
    with transaction.atomic():
        same = Breach.objects.filter(pk=breach.pk, notified_at=None, ended_at=None)
        if not same.update(notified_at=now, sentence=reading.sentence):
            return  # another worker has reported it
        queue_notice(
            breach,
            BEGAN,
            f"{rule}: {reading.sentence}",
            now,
            Facts(Topic.HEALTH, Severity(rule.severity)),
            channels=[rule.channel] if rule.channel else None,
        )


def end_breach(breach: Breach, sentence: str, now: datetime) -> None:
    """End it, and notify each channel that it was sent to; delete what was not sent."""
    if breach.notified_at is None:
        Breach.objects.filter(pk=breach.pk, notified_at=None).delete()
        return
    with transaction.atomic():
        same = Breach.objects.filter(pk=breach.pk, ended_at=None)
        if not same.update(ended_at=now):
            return  # another worker has ended it
        withdraw(breach, BEGAN)
        queue_notice(
            breach,
            ENDED,
            f"Over: {breach.rule}: {sentence}",
            now,
            Facts(Topic.HEALTH, Severity.INFO),
            channels=breach.notices.values_list("channel", flat=True),
            is_end=True,
        )
