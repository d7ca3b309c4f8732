"""Ratings of recommendations: one per user, which a later one changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User

from insights.models import Feedback, Recommendation
from insights.transitions import AnyRequest
from users.audit import record


class FeedbackForm(forms.ModelForm[Feedback]):
    class Meta:
        model = Feedback
        fields = ["rating", "comment", "is_flagged"]

    def given(self) -> dict[str, Any]:
        """Return the valid fields that were posted; the others stay as they are."""
        posted = self.cleaned_data.items()
        return {name: value for name, value in posted if name in self.data}


def rate(
    recommendation: Recommendation,
    values: Mapping[str, Any],
    now: datetime,
    request: AnyRequest,
) -> tuple[Feedback, bool]:
    """Store the user's rating, and return it and whether it is the first.

    `values` are `rating`, `comment` and `is_flagged`; what is left out stays.
    """
    feedback, is_new = Feedback.objects.update_or_create(
        recommendation=recommendation,
        user=cast("User", request.user),
        defaults={**values, "updated_at": now},
        create_defaults={**values, "updated_at": now, "created_at": now},
    )
    record(
        request,
        "feedback.rate",
        feedback,
        rating=feedback.rating,
        comment=feedback.comment,
    )
    return feedback, is_new
