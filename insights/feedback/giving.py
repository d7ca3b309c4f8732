"""Feedback on insights: one per user and insight, each part of which stays alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from clouds.versions import bump_version
from insights.labels.judging import judge_by_feedback
from insights.models import Anomaly, Feedback, Forecast, Recommendation
from insights.transitions import require_version, update_version
from users.audit import AnyRequest, record

# The subject of the version that feedback moves.
FEEDBACK = "feedback"
PARTS = ("rating", "comment", "is_flagged")
Insight = Anomaly | Forecast | Recommendation


@transaction.atomic
def give_feedback(
    insight: Insight,
    values: Mapping[str, Any],
    now: datetime,
    request: AnyRequest,
    version: int | None = None,
) -> tuple[Feedback, bool]:
    """Store what the user says, and return it and whether it is the first.

    `values` are some of PARTS; what is left out stays. Raise StaleVersion where the
    user's own was changed since `version`, if that is given.
    """
    feedback, is_new = Feedback.objects.get_or_create(
        **{str(insight._meta.model_name): insight},
        user=cast("User", request.user),
        defaults={**values, "updated_at": now, "created_at": now},
    )
    if not is_new:
        _change(feedback, {**values, "updated_at": now}, version)
    if isinstance(insight, Anomaly):
        judge_by_feedback(insight, request.user.get_username(), now)
    bump_version(insight.account, FEEDBACK)
    said = {name: getattr(feedback, name) for name in PARTS}
    record(request, "feedback.give", feedback, **said)
    return feedback, is_new


def _change(feedback: Feedback, values: dict[str, Any], version: int | None) -> None:
    if version is None:
        own = Feedback.objects.filter(pk=feedback.pk)
        own.update(**values, version=F("version") + 1)
    else:
        require_version(feedback, version)
        update_version(feedback, version, values)
    feedback.refresh_from_db()
