"""The costs page."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils import timezone
from django.views.generic import TemplateView

from costs.chart import by_moment, trend_chart
from costs.explore import answer
from costs.pickers import pickers
from costs.question import (
    GRANULARITY_CHOICES,
    GROUP_CHOICES,
    METRIC_CHOICES,
    Unclear,
    quick_ranges,
    read_question,
)
from syncs.models import CloudAccount

LIMITS = [5, 10, 15, 25]
# Charges that are no usage: people look at costs with and without them.
EXCLUDABLE = ["Tax", "Credit", "Adjustment"]


class CostsView(LoginRequiredMixin, TemplateView):
    """Costs of any window, sliced and filtered; the whole state is in the URL."""

    template_name = "costs.html"
    extra_context = {
        "group_choices": GROUP_CHOICES,
        "metric_choices": METRIC_CHOICES,
        "granularity_choices": GRANULARITY_CHOICES,
        "limits": LIMITS,
        "excludable": EXCLUDABLE,
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        now = timezone.now()
        context["quick_ranges"] = quick_ranges(now)
        try:
            question = read_question(self.request.GET, now)
        except Unclear as unclear:
            return context | {"errors": unclear.errors}
        names = dict(CloudAccount.objects.values_list("account_id", "name"))
        found = answer(question, names)
        return context | {
            "answer": found,
            "question": found.question,
            "has_accounts": bool(names),
            "pickers": pickers(found.question, names),
            "chart": trend_chart(found.trend),
            "table": by_moment(found.trend),
        }
