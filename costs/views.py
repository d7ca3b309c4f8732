"""The costs page, and what it shows as files."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import TemplateView, View

from costs.chart import by_moment, trend_chart
from costs.drill import chips, into_line, into_moments
from costs.explore import Answer, answer
from costs.export import as_json, table_rows
from costs.lines import heads
from costs.pickers import EXCLUDABLE, pickers
from costs.question import (
    LARGEST_LIMIT,
    Question,
    Unclear,
    quick_ranges,
    read_question,
)
from costs.scope import DEFAULT_DAYS
from providers.windows import ONE_DAY, Window
from rest.csv import csv_file
from syncs.models import CloudAccount

GROUPS = {
    "service": "Service",
    "region": "Region",
    "account": "Account",
    "charge_category": "Charge category",
    "none": "No grouping",
}
METRICS = {
    "billed": "Billed (unblended)",
    "effective": "Effective (amortized)",
}
GRANULARITIES = {"daily": "Daily", "monthly": "Monthly"}
CHARTS = {"bars": "Stacked bars", "lines": "Lines"}
KINDS = {"bars": "stacked", "lines": "line"}
LIMITS = {5, 10, 15, LARGEST_LIMIT}


class CostsAnswer(PermissionRequiredMixin):
    """Whatever answers the question of its URL."""

    permission_required = "costs.view_dailycost"
    request: HttpRequest

    def names(self) -> dict[str, str]:
        """The names of the accounts that the user may see, by their ids."""
        seen = CloudAccount.objects.seen_by(self.request.user)
        return dict(seen.values_list("account_id", "name"))

    def answer(self, names: dict[str, str]) -> Answer:
        """Raises Unclear."""
        user = self.request.user
        return answer(read_question(self.request.GET, timezone.now(), user), names)


class CostsView(CostsAnswer, TemplateView):
    """Costs of any window, sliced and filtered; the whole state is in the URL."""

    template_name = "costs.html"
    extra_context = {
        "group_choices": GROUPS.items(),
        "metric_choices": METRICS.items(),
        "granularity_choices": GRANULARITIES.items(),
        "chart_choices": CHARTS.items(),
        "excludable": EXCLUDABLE.items(),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        names = self.names()
        accounts = CloudAccount.objects.order_by("name", "id")
        context |= {
            "unseen_bills": list(accounts.billed_out_of_sight(self.request.user)),
            "quick_ranges": quick_ranges(timezone.now()),
            "has_accounts": bool(names),
        }
        try:
            found = self.answer(names)
        except Unclear as unclear:
            return context | {"errors": unclear.errors}
        return context | _shown(found, names)


def _shown(found: Answer, names: dict[str, str]) -> dict[str, Any]:
    """What the template shows of an answer, with where each part leads on to."""
    question = found.question
    group = GROUPS[question.group_by]
    return {
        "answer": found,
        "question": question,
        "group_name": group,
        "limits": sorted({*LIMITS, question.limit}),
        "pickers": pickers(question, names),
        "chips": chips(question, names),
        "chart": trend_chart(found.trend, found.restated, kind=KINDS[question.chart]),
        "table": by_moment(found.trend, found.restated, into_moments(question)),
        "heads": heads(question.sort, group, "Previous period"),
        "lines": [
            (line, into_line(question, line, found.lines)) for line in found.lines
        ],
        **({} if found.lines else _stored(question)),
    }


def _stored(question: Question) -> dict[str, Any]:
    """Which days there are, where nothing is found, and the last of them to look at."""
    stored = question.bills.stored_window()
    if stored is None:
        return {"stored": None}
    last = max(stored.start, stored.end - ONE_DAY * DEFAULT_DAYS)
    return {"stored": stored, "stored_part": Window(last, stored.end)}


class CostsTable(CostsAnswer, View):
    """The page's table as a CSV file."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            found = self.answer(self.names())
        except Unclear as unclear:
            return refused(unclear)
        return csv_file("costs", table_rows(found))


class CostsJson(CostsAnswer, View):
    """All that the page shows, as JSON."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            found = self.answer(self.names())
        except Unclear as unclear:
            return JsonResponse(unclear.errors, status=400)
        response = JsonResponse(as_json(found), json_dumps_params={"indent": 1})
        response["Content-Disposition"] = 'attachment; filename="costs.json"'
        return response


def refused(unclear: Unclear) -> HttpResponse:
    lines = [f"{name}: {' '.join(why)}" for name, why in unclear.errors.items()]
    return HttpResponseBadRequest("\n".join(lines), content_type="text/plain")
