"""The endpoints of recommendations, their statistics and savings."""

from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parameters import body_of, refuse_unknown
from core.api.problems import errors
from insights.api.views import StatusViewSet, status_schema
from insights.feedback.api import (
    GIVEN,
    FeedbackSerializer,
    RateSerializer,
    feedback_answer,
)
from insights.models import Feedback, Recommendation, Verification
from insights.recommendations.api.serializers import (
    ChangeRecommendationSerializer,
    RecommendationDetailSerializer,
    RecommendationSerializer,
    SavingsSerializer,
    StatisticsSerializer,
)
from insights.recommendations.filters import RecommendationFilter, SavingsFilter
from insights.recommendations.savings_report import savings_report


@status_schema(RecommendationDetailSerializer, ChangeRecommendationSerializer)
class RecommendationViewSet(StatusViewSet):
    """Recommendations for resources, the newest first; `ordering=-savings_monthly`."""

    queryset = (
        Recommendation.objects.with_rank()
        .select_related("account", "resource", "owner")
        .order_by("-found_at", "-id")
    )
    serializer_class = RecommendationSerializer
    detail_serializer = RecommendationDetailSerializer
    status_serializer = ChangeRecommendationSerializer
    filterset_class = RecommendationFilter
    csv_name = "recommendations"
    http_method_names = ["get", "patch", "put", "head", "options"]

    @extend_schema(responses=StatisticsSerializer)
    @action(detail=False, pagination_class=None)
    def statistics(self, request: Request) -> Response:
        """Statistics of the filtered recommendations."""
        found = self.filter_queryset(self.get_queryset())
        rows = Recommendation.objects.filter(pk__in=found.order_by().values("pk"))
        answers = Feedback.objects.filter(recommendation__in=rows.values("pk"))
        statistics = rows.statistics()
        statistics |= {
            "potential_monthly": _sums(statistics.pop("savings")),
            "feedback": answers.ratings(),
        }
        return Response(StatisticsSerializer(statistics).data)

    @extend_schema(responses=SavingsSerializer)
    @action(detail=False, pagination_class=None, filterset_class=SavingsFilter)
    def savings(self, request: Request) -> Response:
        """Savings a month: recommended, accepted, and verified by later bills."""
        rows: Any = self.filter_queryset(self.get_queryset())
        keys = rows.order_by().values("pk")
        done = Verification.objects.filter(recommendation__in=keys)
        report = savings_report(rows)
        savings = {
            "realized_monthly": _sums(done.realized_per_currency()),
            "verdicts": done.totals(),
            "totals": report.totals,
            "by_month": report.by_month,
            "by_category": report.by_category,
        }
        return Response(SavingsSerializer(savings).data)

    @extend_schema(methods=["GET"], responses=FeedbackSerializer)
    @extend_schema(
        methods=["PUT"], request=RateSerializer, responses={**GIVEN, **errors(409)}
    )
    @action(detail=True, methods=["get", "put"], filterset_class=None)
    def feedback(self, request: Request, pk: str) -> Response:
        """Your rating of it. What is left out of a new one stays as it was."""
        refuse_unknown(request.query_params, ())
        row = self.get_object()
        if request.method == "GET":
            own = Feedback.objects.about(row).filter(user=request.user.pk)
            if not (found := own.first()):
                raise NotFound("You have not rated it yet.")
            return Response(FeedbackSerializer(found).data)
        return feedback_answer(request, row, body_of(request, RateSerializer))

    @property
    def changes(self) -> type[Model]:
        """The model that a request writes."""
        return Feedback if self.action == "feedback" else Recommendation


def _sums(per_currency: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"currency": currency, "amount": amount}
        for currency, amount in per_currency.items()
    ]
