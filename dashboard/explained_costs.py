"""Costs with why they changed: the page and endpoint join costs and their anomalies."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.access import AnyUser
from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.money import ZERO
from costs.api.views import DAYS_PARAMETERS, DailyCostViewSet
from costs.chart import Chart
from costs.explain.changed_prices import changed_prices
from costs.explain.explanation import explain_costs
from costs.explain.periods import Periods
from costs.explain.records import Explanation, Part, is_flattered, tells_use
from costs.explain.serializers import (
    ExplanationParameters,
    ExplanationSerializer,
    explanation_data,
    explanation_rows,
)
from costs.explain.service_uses import ServiceUses, service_uses
from costs.explain.shown import comparison, shown_steps
from costs.filters import TagCostFilter
from costs.lines.engine import LinesFailed
from costs.queries.coverage import incomplete_windows, period_before
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import SeveralCurrencies
from costs.views import CostsView
from dashboard.frame import Frame
from dashboard.spending import Figure, Spending
from insights.anomalies.chart_marks import anomalies_of_costs, marked
from insights.anomalies.incident_costs import cost_incidents

logger = logging.getLogger(__name__)
PARAMETERS = DAYS_PARAMETERS | {*ExplanationParameters().fields}


class ExplainedCostsView(CostsView):
    """The costs page, with what changed since the period before and why."""

    def accounts(self) -> list[CloudAccount]:
        """Return those that the page's frame asks for too."""
        return Frame.of(self.request).accounts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        answer, user = context.get("answer"), self.request.user
        if answer is None or answer.total is None:
            return context
        query = answer.query
        if user.has_perm("insights.view_anomaly"):
            context |= marked_costs(query, context["chart"], user)
        source = CostSource.visible_to(user).filtered(query, user)
        source = source.in_currency(query.currency)
        windows = [query.compared_with, query.window]
        by_service = source.without_archived(["service"], *windows)
        # Sums may answer the page where no rows can explain it.
        if by_service.archived and not answer.incomplete:
            return context
        context |= {"explained": query, "comparison": comparison(query)}
        if answer.incomplete:
            return context
        names = context["account_names"]
        return context | explained(query, source, user, names, with_lines=True)


class ExplainedCostViewSet(DailyCostViewSet):
    """Daily costs, reconciled with the bill, and why they changed."""

    def data_version(self) -> str | None:
        """Explanations change with anomalies and their status too."""
        return None if self.action == "explanation" else super().data_version()

    @extend_schema(
        parameters=[ExplanationParameters],
        responses=ExplanationSerializer,
        filters=True,
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def explanation(self, request: Request) -> Response | StreamingHttpResponse:
        """Why costs differ from those of another period, in steps that sum to the
        difference. Default: the last 30 complete days and the 30 before."""
        query, source = self.read(PARAMETERS)
        currencies = list(source.in_window(query.window).newest_days())
        if len(currencies) > 1:
            several = str(SeveralCurrencies(currencies))
            raise ValidationError({"currency": [several]})
        query = replace(query, currency=query.currency or "".join(currencies))
        source = source.in_currency(query.currency)
        windows = [query.compared_with, query.window]
        incomplete = incomplete_windows(source.spans(*windows), windows, 0, 1)
        found = None
        if not incomplete:
            user = request.user
            incidents, prices = cost_incidents(query, user), changed_prices(query, user)
            found = explain_costs(query, source, incidents, prices)
        if not wants_file(request):
            uses = uses_of(found, query, request.user) if found else {}
            return Response(explanation_data(query, incomplete, found, uses))
        if found is None:
            days = " and ".join(map(str, incomplete))
            reason = f"{days} is not stored completely. Choose other days."
            raise ValidationError({"start": [reason]})
        rows = explanation_rows(query, found)
        return table_file(request, "cost-explanation", rows, query.window)


def uses_of(
    found: Explanation, query: CostQuery, user: AnyUser
) -> Mapping[Part, ServiceUses]:
    """Return what the lines tell of the services that it names, where there are any."""
    if not found.has_prices:  # not every bill has its lines of both periods
        return {}
    causes = (cause for step in found.steps for cause in step.causes)
    parts = {cause.part for cause in causes if tells_use(cause)}
    try:
        return service_uses(query, user, parts)
    except LinesFailed as error:
        logger.warning("lines of an explanation: %s", error)
        return {}


def marked_costs(query: CostQuery, chart: Chart, user: AnyUser) -> dict[str, Any]:
    """Return the chart of costs with the anomalies of its days. One query."""
    accounts = [*query.filters["account"], *query.filters["sub_account"]]
    services = query.filters["service"]
    rows = anomalies_of_costs(user, query.window, chart["unit"], accounts, services)
    return {"chart": marked(chart, rows), "marked_anomalies": rows}


def explained(
    query: CostQuery,
    source: CostSource,
    user: AnyUser,
    account_names: Mapping[str, str],
    *,
    with_lines: bool = False,
) -> dict[str, Any]:
    """Return what costs/parts/explanation.html shows of a change whose both periods
    are stored completely. `source` is of the query's currency. Five queries."""
    incidents, prices = cost_incidents(query, user), changed_prices(query, user)
    found = explain_costs(query, source, incidents, prices)
    uses = uses_of(found, query, user) if with_lines else {}
    return {
        "explanation": found,
        "explained_steps": shown_steps(found, query, account_names, uses),
        "explained": query,
    }


def explained_on_home(found: Spending) -> dict[str, Any]:
    """Return the same of the month to date, else of the last days, where they can be
    compared; and what each of them would have changed by without anomalies, where it
    fell only because of these."""
    figures = {"month_to_date": found.month_to_date, "last_days": found.last_days}
    context: dict[str, Any] = {}
    flattered: dict[str, Decimal | None] = {}
    for name, figure in figures.items():
        if figure is None or figure.change is None:
            continue
        if context:
            flattered[name] = flattered_by(figure, found)
            continue
        query = _query_of(figure, found)
        context = explained(query, found.source, found.user, found.account_names)
        one = context["explanation"]
        flattered[name] = one.without_incidents if one.is_flattered else None
    return context | {"flattered": flattered}


def flattered_by(figure: Figure, found: Spending) -> Decimal | None:
    """Return the figure's change without anomalies, if it is good only because they had
    raised the costs of the period before. Two queries of one that is good."""
    if figure.change is None or figure.change >= 0:
        return None
    incidents = cost_incidents(_query_of(figure, found), found.user)
    periods = Periods(figure.window, figure.compared_with)
    sums = [periods.sums(daily) for one in incidents for daily in one.amounts.values()]
    added = sum((now for now, _ in sums), ZERO)
    added_before = sum((before for _, before in sums), ZERO)
    if not is_flattered(figure.change, added, added_before):
        return None
    return figure.change - (added - added_before)


def _query_of(figure: Figure, found: Spending) -> CostQuery:
    previous = figure.compared_with
    is_usual = previous == period_before(figure.window)
    return CostQuery(
        figure.window,
        currency=found.currency,
        filters=found.filters,
        previous=None if is_usual else previous,
    )
