"""The endpoints of teams, of their rules and of what they pay."""

from typing import Any

from django.db.models import Model
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.versions import data_version
from core.api.files import table_file, wants_file
from core.api.pagination import Pages
from core.api.parameters import refuse_unknown
from core.api.viewsets import RowsViewSet
from costs.allocation.changes import teams_version
from costs.allocation.filters import TeamFilter, TeamRuleFilter
from costs.allocation.serializers import (
    LISTED,
    TeamCostParameters,
    TeamCostsSerializer,
    TeamRuleSerializer,
    TeamSerializer,
    team_costs_data,
)
from costs.allocation.team_costs import TeamCosts, team_costs
from costs.api.views import trend_rows
from costs.growth.still_expected import raw_days_asked
from costs.models import DailyCost, Team, TeamRule
from costs.queries.breakdown import in_one_currency
from costs.queries.query import CostQuery
from costs.queries.trend import SeveralCurrencies
from syncs.datasets import Dataset


class TeamRuleViewSet(RowsViewSet):
    """The rules that tell which team pays for what, in their order."""

    queryset = TeamRule.objects.prefetch_related("shares__team").order_by(
        "position", "id"
    )
    pagination_class = Pages
    serializer_class = TeamRuleSerializer
    filterset_class = TeamRuleFilter
    csv_name = "team-rules"


class TeamViewSet(RowsViewSet):
    """Teams, and what each of them pays."""

    queryset = Team.objects.order_by("name")
    pagination_class = Pages
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    csv_name = "teams"
    cached_actions = frozenset({"costs"})
    viewed_models: tuple[type[Model], ...] = (Team,)

    def data_version(self) -> str:
        return f"{data_version(self.request.user, Dataset.COST)} {teams_version()}"

    @extend_schema(
        parameters=[TeamCostParameters], responses=TeamCostsSerializer, filters=False
    )
    @action(
        detail=False,
        filterset_class=None,
        pagination_class=None,
        viewed_models=(Team, DailyCost),
    )
    def costs(self, request: Request) -> Response | StreamingHttpResponse:
        """What each team pays over time, and what no rule covers, largest first.

        Default: the last 30 complete days. Each cost goes to the teams of the first
        rule that matches it on its day.
        """
        refuse_unknown(request.query_params, TeamCostParameters().fields)
        query = CostQuery.from_url(
            request.query_params,
            timezone.now(),
            raw_days_asked(request.user, request.query_params),
        )
        found = _team_costs(query, request.user)
        if wants_file(request):
            return table_file(
                request, "team-costs", trend_rows(found.trend), query.window
            )
        return Response(team_costs_data(found, query.limit or LISTED))


def _team_costs(query: CostQuery, user: Any) -> TeamCosts:
    """Raise InvalidQuery, and SeveralCurrencies where none of several is chosen."""
    query_in_one, source, currencies = in_one_currency(query, user)
    if not query.currency and len(currencies) > 1:
        raise SeveralCurrencies(sorted(currencies))
    return team_costs(query_in_one, source)
