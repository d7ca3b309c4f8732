"""What people think of recommendations: one answer per user, the last one counts."""

from datetime import datetime

from django.contrib.auth.models import User

from insights.models import Feedback, Recommendation


def rate(
    recommendation: Recommendation,
    user: User,
    now: datetime,
    *,
    rating: int,
    comment: str = "",
    is_flagged: bool = False,
) -> Feedback:
    """Keeps it in the place of what the user said before."""
    answer = {
        "rating": rating,
        "comment": comment,
        "is_flagged": is_flagged,
        "updated_at": now,
    }
    feedback, _ = Feedback.objects.update_or_create(
        recommendation=recommendation,
        user=user,
        defaults=answer,
        create_defaults={**answer, "created_at": now},
    )
    return feedback
