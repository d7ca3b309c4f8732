"""Endpoints of energy and emissions."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Model
from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carbon.breakdown import Breakdown, CarbonQuery
from carbon.filters import CarbonFilter, EmissionFilter
from carbon.models import EmissionTotal, ResourceEmission
from carbon.serializers import (
    CarbonTrendSerializer,
    EmissionSerializer,
    ScorePartSerializer,
    SustainabilityScoreSerializer,
)
from carbon.sustainability import sustainability
from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.api.parameters import checked, refuse_unknown
from core.api.viewsets import RowsViewSet
from costs.models import DailyCost
from inventory.models import Instance

FIGURES = ("kwh", "operational_kg", "embodied_kg", "resource_days", "unknown")


class CarbonViewSet(RowsViewSet):
    """Energy and emissions per resource and UTC day, estimated from measured use.

    null is unknown, and `unknown` says why; 0 is measured.
    """

    queryset = ResourceEmission.objects.select_related("resource__account").order_by(
        "-day", "-resource_id"
    )
    serializer_class = EmissionSerializer
    filterset_class = EmissionFilter
    csv_name = "carbon"
    decimals = None
    viewed_models: tuple[type[Model], ...] = (ResourceEmission,)

    @extend_schema(responses=CarbonTrendSerializer, filters=True)
    @action(
        detail=False,
        filterset_class=CarbonFilter,
        pagination_class=None,
        viewed_models=(EmissionTotal, DailyCost),
    )
    def trend(self, request: Request) -> Response | StreamingHttpResponse:
        """Emissions day by day, by account, service, region or team, with what the
        same cost."""
        query = self._query(request)
        found = query.breakdown()
        if wants_file(request):
            return table_file(
                *(request, "carbon-trend", _rows(found), query.window), decimals=None
            )
        return Response(CarbonTrendSerializer(found).data)

    @extend_schema(responses=SustainabilityScoreSerializer, filters=True)
    @action(
        detail=False,
        filterset_class=CarbonFilter,
        pagination_class=None,
        viewed_models=(EmissionTotal, Instance),
    )
    def score(self, request: Request) -> Response | StreamingHttpResponse:
        """The sustainability score, 0 to 100, with the formula and input of each part.

        The electricity of regions is of the days asked for; all else is of now.
        """
        query = self._query(request)
        found = SustainabilityScoreSerializer(sustainability(query)).data
        if wants_file(request):
            rows = [list(ScorePartSerializer().fields)]
            rows += [list(part.values()) for part in found["parts"]]
            return table_file(request, "sustainability-score", rows, query.window)
        return Response(found)

    def _query(self, request: Request) -> CarbonQuery:
        """Raise ValidationError naming the parameter."""
        accounts = CloudAccount.objects.visible_to(request.user)
        asked = CarbonFilter(request.query_params, accounts, request=request)
        refuse_unknown(request.query_params, asked.filters)
        checked(asked)
        return asked.query()


def _rows(found: Breakdown) -> Iterator[Sequence[Any]]:
    yield [found.group_by, "day", *FIGURES]
    for group in found.groups:
        for day, amounts in group.points:
            yield [group.label, day, *(getattr(amounts, name) for name in FIGURES)]
