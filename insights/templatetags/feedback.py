"""Feedback on the page of an insight."""

from typing import Any

from django import template
from django.urls import reverse

from insights.feedback.forms import FeedbackForm
from insights.models import Feedback

register = template.Library()


@register.inclusion_tag("insights/parts/feedback.html", takes_context=True)
def feedback_panel(context: dict[str, Any], row: Any) -> dict[str, Any]:
    """Show what users say of it, and the form to say something. One query."""
    user = context["request"].user
    given = list(Feedback.objects.about(row).select_related("user"))
    own = next((one for one in given if one.user_id == user.pk), None)
    ratings = [one.rating for one in given if one.rating]
    return {
        "action": reverse(f"rate-{row._meta.model_name}", args=[row.pk]),
        "given": given,
        "own": own,
        "count": len(ratings),
        "average": sum(ratings) / len(ratings) if ratings else None,
        "flagged": sum(one.is_flagged for one in given),
        "form": context.get("feedback_form") or FeedbackForm(instance=own),
        "may_give": user.has_perm("insights.add_feedback"),
        "csrf_token": context["csrf_token"],
    }
