"""The pages of line items: drill down, why they changed, and commitments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.generic import TemplateView

from clouds.labels import account_labels
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from costs.commitments.models import CommitmentCoverage, CommitmentUse
from costs.groupings import BY_TAG, UNTAGGED
from costs.lines.commitments import commitments
from costs.lines.engine import LinesFailed
from costs.lines.explanation import explain_lines
from costs.lines.line_groups import (
    Group,
    LineBreakdown,
    line_breakdown,
    line_totals,
    lines,
)
from costs.lines.line_query import (
    BILLS,
    DIMENSIONS,
    LINES,
    TAGS,
    LineQuery,
    label_of,
)
from costs.lines.line_source import (
    LineSource,
    currencies_of,
    line_source,
    newest_window,
    tag_keys,
)
from costs.lines.models import LineItemMonth
from costs.lines.reconciliation import reconciled
from costs.lines.shown import shown_steps
from costs.queries.links import ActiveFilter, quick_ranges
from costs.queries.query import InvalidQuery
from costs.views import COMPARISONS, METRICS

SIZE = 50
# Commitments beside those of lines; more are no list to read.
MOST_REPORTED = 200
# A page leads no further than its API pages.
DEEPEST_PAGE = 2000
GRAINS = {"resource": "Each resource", "usage_type": "All resources together"}
NAMES = {
    "provider": "Cloud",
    "account": "Bill of",
    "tag": "Tag",
    "exclude_tag": "Without tag",
}


class LinesMixin(PermissionRequiredMixin, TemplateView):
    """A page about the lines that its URL asks for."""

    permission_required = "costs.view_dailycost"
    request: HttpRequest
    live_topics = ("lines",)
    extra_context = {
        "metric_choices": METRICS.items(),
        "compare_choices": COMPARISONS.items(),
        "grain_choices": GRAINS.items(),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        names = account_labels(CloudAccount.objects.visible_to(user))
        months = LineItemMonth.objects.visible_to(user).select_related("account")
        context = super().get_context_data(**kwargs) | {
            "quick_ranges": quick_ranges(now, 0),
            "stored_months": list(months.order_by("-month", "account")[:SIZE]),
            "account_names": names,
        }
        default = newest_window(user, now)
        given = self.request.GET
        try:
            query = LineQuery.from_url(given, now, default)
            currencies = currencies_of(query, user)
            query = replace(query, currency=query.currency or _first(currencies))
            source = line_source(query, user)
            context |= {"currencies": currencies, "source": source}
            found = self.answer(source, names) if source.is_stored else {}
            return context | _asked(query, names) | found
        except InvalidQuery as invalid:
            valid = given.copy()
            for name in invalid.errors:
                valid.pop(name, None)
            query = LineQuery.from_url(QueryDict(), now, default)
            shown = {"errors": invalid.errors, "valid_filters": valid.urlencode()}
            return context | _asked(query, names) | shown
        except LinesFailed as error:
            return context | _asked(query, names) | {"failure": str(error)}

    def answer(self, source: LineSource, names: Mapping[str, str]) -> dict[str, Any]:
        """Return what the template shows of these lines. Raises LinesFailed."""
        raise NotImplementedError

    def render_to_response(
        self, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        kwargs |= {"status": 503} if "failure" in context else {}
        return super().render_to_response(context, **kwargs)


class LinesView(LinesMixin):
    """Lines by one dimension or tag, each of which leads further down, to lines."""

    template_name = "costs/lines.html"

    def answer(self, source: LineSource, names: Mapping[str, str]) -> dict[str, Any]:
        number = _page_number(self.request.GET.get("page", ""))
        keys = tag_keys(source)
        ledger = reconciled(source)
        context: dict[str, Any] = {
            "group_choices": _group_choices(keys, source.query),
            "reconciled": ledger,
        }
        if source.query.group_by == LINES:
            count, total = line_totals(source)
            page = Paginator(range(count), SIZE).get_page(number)
            shown = [*lines(source, SIZE, (page.number - 1) * SIZE)]
            is_reconciled = ledger and ledger.has(total)
            return context | {
                "lines": shown,
                "page": page,
                "total": total,
                "is_reconciled": is_reconciled,
            }
        found = line_breakdown(source, SIZE, (number - 1) * SIZE)
        page = Paginator(range(found.group_count), SIZE).get_page(number)
        if page.number != number:
            found = line_breakdown(source, SIZE, (page.number - 1) * SIZE)
        return context | {
            "answer": found,
            "is_reconciled": ledger and ledger.has(found.total.cost),
            "page": page,
            "groups": _shown_groups(found, source.query, names),
        }


class LineChangesView(LinesMixin):
    """Why the lines of two periods differ, down to resources."""

    template_name = "costs/line_changes.html"

    def answer(self, source: LineSource, names: Mapping[str, str]) -> dict[str, Any]:
        if not source.is_comparable:
            return {}
        found = explain_lines(source)
        return {"explanation": found, "steps": shown_steps(found, source.query, names)}


class CommitmentsView(LinesMixin):
    """What was used of reservations and savings plans, and what was not."""

    template_name = "costs/commitments.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Beside those of lines, what Cost Explorer reports of the same bills."""
        context = super().get_context_data(**kwargs)
        filters = context["question"].filters
        bills = CloudAccount.objects.visible_to(self.request.user)
        if accounts := filters["account"]:
            bills = bills.filter(account_id__in=accounts)
        if clouds := filters["provider"]:
            bills = bills.filter(provider__in=clouds)
        if members := filters["sub_account"]:
            own = CloudAccount.objects.filter(account_id__in=members)
            bills = bills.filter(Q(pk__in=own) | Q(pk__in=own.values("payer")))
        used = CommitmentUse.objects.order_by("-unused", "pk")
        covered = CommitmentCoverage.objects.order_by("-on_demand", "pk")
        for name, rows in (("reported", used), ("coverage", covered)):
            found = rows.filter(account__in=bills).select_related("account")
            context[name] = found[:MOST_REPORTED]
        return context

    def answer(self, source: LineSource, names: Mapping[str, str]) -> dict[str, Any]:
        rest = {"group_by": "resource", "metric": "effective"}
        return {
            "commitments": [
                (one, source.query.parameters(**rest, commitment=[one.id]))
                for one in commitments(source)
            ]
        }


def _first(currencies: Sequence[str]) -> str:
    return currencies[0] if currencies else ""


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 9
    return min(max(int(text), 1), DEEPEST_PAGE) if is_number else 1


def _asked(query: LineQuery, names: Mapping[str, str]) -> dict[str, Any]:
    window = query.window
    return {
        "question": query,
        # Of endpoints, which refuse what is none of their parameters.
        "list_parameters": query.parameters(group_by="", grain=""),
        "group_parameters": query.parameters(grain=""),
        "explanation_parameters": query.parameters(group_by=""),
        "days": {"start": str(window.start), "end": str(window.end)},
        "group_name": label_of(query.group_by),
        "group_choices": _group_choices([], query),
        "active_filters": _active_filters(query, names),
    }


def _group_choices(tag_keys: Sequence[str], query: LineQuery) -> list[tuple[str, str]]:
    """Return all groupings; a tag that is asked for is one, whether or not it is."""
    tags = dict.fromkeys(f"{BY_TAG}{key}" for key in tag_keys)
    if query.group_by.startswith(BY_TAG):
        tags[query.group_by] = None
    found = [*DIMENSIONS, *tags]
    return [*((one, label_of(one)) for one in found), (LINES, "Each line")]


def _active_filters(query: LineQuery, names: Mapping[str, str]) -> list[ActiveFilter]:
    labels = dict(NAMES)
    for one in DIMENSIONS.values():
        labels |= {one.only: one.label, one.without: f"Without {one.label.lower()}"}
    found = [
        ActiveFilter(
            labels[name],
            _value_label(name, value, names),
            query.parameters(**{name: [one for one in values if one != value]}),
        )
        for name, values in query.filters.items()
        for value in values
    ]
    if query.search:
        found.append(ActiveFilter("Search", query.search, query.parameters(search="")))
    return found


def _value_label(name: str, value: str, names: Mapping[str, str]) -> str:
    if name in TAGS:
        key, _, tag_value = value.partition("=")
        return value if tag_value else f"{key} {UNTAGGED}"
    if name == BILLS[0]:
        return str(CloudKind(value).label)
    return names.get(value, value)


def _shown_groups(
    found: LineBreakdown, query: LineQuery, names: Mapping[str, str]
) -> list[tuple[Group, str, str]]:
    """Return each group with its name, and the query of what it is made of.

    An empty key has no filter, but as that of a tag, which is untagged.
    """
    is_tag = query.group_by.startswith(BY_TAG)
    empty = UNTAGGED if is_tag else f"No {label_of(query.group_by).lower()}"
    return [
        (
            one,
            names.get(one.key, one.key) or empty,
            query.into(one.key) if one.key or is_tag else "",
        )
        for one in found.groups
    ]
