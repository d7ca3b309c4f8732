"""What people do with an anomaly says whether it was one, and labels its days."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Avg, Case, F, FloatField, When

from core.windows import ONE_DAY, Window
from insights.anomalies.day_values import day_values
from insights.anomalies.engine.anomaly_records import money
from insights.models import Anomaly, Feedback, Judgment, LabeledDay

Status = Anomaly.Status
# Status -> whether the alarm was right, and how sure that is. To acknowledge it says
# only that somebody saw it.
VERDICTS = {
    Status.DISMISSED: (False, 1.0),
    Status.RESOLVED: (True, 1.0),
    Status.PLANNED: (True, 1.0),
    Status.INVESTIGATING: (True, 0.5),
}
QUALITY_OF_FEEDBACK = 0.8
RIGHT_FROM, WRONG_UP_TO = 4.0, 2.0
# Days of its series that are stored with it: what a detector looks back on.
DAYS_BEFORE, DAYS_AFTER = 60, 14


def judge_by_status(anomaly: Anomaly, by: str, now: datetime) -> None:
    """Label its days by the status that a user gave it, or take the labels back."""
    verdict = VERDICTS.get(Status(anomaly.status))
    if verdict is None:
        Judgment.objects.filter(anomaly=anomaly).delete()
        judge_by_feedback(anomaly, by, now)
    else:
        _judge(anomaly, Judgment.Source.STATUS, *verdict, by, now)


def judge_by_feedback(anomaly: Anomaly, by: str, now: datetime) -> None:
    """Label its days by what users rated it on average, unless a status says more."""
    own = Judgment.objects.filter(anomaly=anomaly)
    if own.filter(source=Judgment.Source.STATUS).exists():
        return
    flagged_is_wrong = Case(
        When(is_flagged=True, then=1.0),
        default=F("rating"),
        output_field=FloatField(),
    )
    given = Feedback.objects.about(anomaly).order_by()
    rating = given.aggregate(mean=Avg(flagged_is_wrong))["mean"]
    if rating is None or WRONG_UP_TO < rating < RIGHT_FROM:
        own.delete()
        return
    is_right = rating >= RIGHT_FROM
    source = Judgment.Source.FEEDBACK
    _judge(anomaly, source, is_right, QUALITY_OF_FEEDBACK, by, now)


@transaction.atomic
def _judge(
    anomaly: Anomaly,
    source: Judgment.Source,
    is_right: bool,
    quality: float,
    by: str,
    now: datetime,
) -> None:
    values = {
        "is_right": is_right,
        "source": source,
        "quality": quality,
        "user_name": by,
        "judged_at": now,
    }
    judgment, _ = Judgment.objects.update_or_create(anomaly=anomaly, defaults=values)
    judgment.days.all().delete()
    LabeledDay.objects.bulk_create(_days(judgment, anomaly))


def _days(judgment: Judgment, anomaly: Anomaly) -> list[LabeledDay]:
    """Return its days, and those around it that have values. One query."""
    label = LabeledDay.Label.NORMAL
    if judgment.is_right:
        label = LabeledDay.Label.ANOMALY
    own = Window(anomaly.first_day, anomaly.last_day + ONE_DAY)
    around = Window(
        own.start - timedelta(days=DAYS_BEFORE), own.end + timedelta(days=DAYS_AFTER)
    )
    values = day_values(anomaly, around)
    return [
        LabeledDay(
            judgment=judgment,
            day=day,
            value=_stored(values.get(day)),
            label=label if day in own else "",
        )
        for day in around.days()
        if day in own or day in values
    ]


def _stored(value: Decimal | float | None) -> Decimal | None:
    return money(value) if isinstance(value, float) else value
