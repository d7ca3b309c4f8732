"""The page of carbon: emissions beside costs, the score, and what would avoid some."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone
from django_filters.views import FilterView

from carbon.breakdown import GROUPINGS, Breakdown, Group
from carbon.cleaner_regions import cleaner_regions
from carbon.engine.estimate import added
from carbon.filters import DEFAULT_PERIOD, CarbonFilter
from carbon.sustainability import sustainability
from clouds.models import CloudAccount
from core.pages import VisibleRowsMixin
from core.windows import Window, first_of_month
from costs.queries.links import quick_ranges
from dashboard.places import PAGE_OF
from insights.models import Recommendation

# Series that a chart has colors for, and days that it has room for.
SERIES, DAILY_UNTIL = 9, 92
ADVICE_SHOWN = 8
OTHER = "Other"
# Which recommendations raise a part of the score, by their filters.
ADVICE_OF = {
    "idle": "rule=idle",
    "utilization": "rule=oversized,schedule",
    "generation": "rule=old_generation",
    "tiering": "rule=colder_tier",
}


class CarbonView(VisibleRowsMixin, FilterView):
    """Emissions of the accounts that the user sees, in days to choose."""

    live_topics = ("carbon",)
    template_name = "dashboard/carbon.html"
    permission_required = PAGE_OF["carbon"].permissions
    queryset = CloudAccount.objects.order_by("name", "id")
    filterset_class = CarbonFilter
    extra_context = {
        "groupings": [(name, name.capitalize()) for name in GROUPINGS],
        "default_period": DEFAULT_PERIOD,
    }

    def get_filterset_kwargs(self, filterset_class: type[CarbonFilter]) -> Any:
        """Bound even where nothing is chosen, so that a wrong value is refused."""
        given = self.request.GET.copy()
        if given.get("start") or given.get("end"):
            given.pop("period", None)  # who chose other days in the form left it
        return super().get_filterset_kwargs(filterset_class) | {"data": given}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["accounts"] = list(self.get_queryset())
        context["quick_ranges"] = quick_ranges(timezone.now(), raw_days=0)
        if context["filter"].errors:
            return context
        query = context["filter"].query()
        found = query.breakdown()
        given = self.request.GET
        context["score"] = sustainability(query)
        context |= {
            "question": query,
            "days": {"start": str(query.window.start), "end": str(query.window.end)},
            "answer": found,
            "period": ""
            if given.get("start")
            else given.get("period") or DEFAULT_PERIOD,
            "regions": cleaner_regions(query),
            "table": emission_table(found),
            "score_parts": [
                (part, ADVICE_OF.get(part.key)) for part in context["score"].parts
            ],
        }
        context["chart"] = emission_chart(context["table"])
        if self.request.user.has_perm("insights.view_recommendation"):
            live = Recommendation.objects.filter(account__in=query.accounts).live()
            avoiding = live.filter(kg_per_month__gt=0).select_related("resource")
            context["advice"] = avoiding.order_by("-kg_per_month", "pk")[:ADVICE_SHOWN]
        return context


class EmissionRow(NamedTuple):
    """One day or month: kg CO2e of each series, None without any resource."""

    at: date
    kg: Sequence[float | None]

    @property
    def total(self) -> float:
        return sum(kg or 0.0 for kg in self.kg)


class EmissionTable(NamedTuple):
    granularity: str
    labels: Sequence[str]
    rows: Sequence[EmissionRow]


def emission_table(found: Breakdown) -> EmissionTable:
    """Return kg of the largest groups over time, with the rest as one more."""
    is_daily = len(found.window) <= DAILY_UNTIL
    shown, rest = found.groups[:SERIES], found.groups[SERIES:]
    series = [_per_moment([one], is_daily) for one in shown]
    labels = [one.label for one in shown]
    if rest:
        series.append(_per_moment(rest, is_daily))
        labels.append(OTHER)
    moments = _moments(found.window, is_daily)
    rows = [EmissionRow(at, [one.get(at) for one in series]) for at in moments]
    return EmissionTable("daily" if is_daily else "monthly", labels, rows)


def _moments(window: Window, is_daily: bool) -> Sequence[date]:
    return sorted({day if is_daily else first_of_month(day) for day in window.days()})


def _per_moment(groups: Sequence[Group], is_daily: bool) -> Mapping[date, float | None]:
    found: dict[date, float | None] = {}
    for group in groups:
        for day, amounts in group.points:
            at = day if is_daily else first_of_month(day)
            found[at] = added(found.get(at), amounts.kg)
    return found


def emission_chart(table: EmissionTable) -> dict[str, object]:
    """Return what static/js/charts.js reads."""
    columns = zip(*(row.kg for row in table.rows), strict=True)
    return {
        "kind": "stacked",
        "unit": "kg",
        "granularity": table.granularity,
        "labels": [row.at.isoformat() for row in table.rows],
        "estimated": [],
        "series": [
            {"label": label, "values": [_rounded(kg) for kg in values], "drill": None}
            for label, values in zip(table.labels, columns, strict=True)
        ],
    }


def _rounded(kg: float | None) -> float | None:
    return None if kg is None else round(kg, 3)
