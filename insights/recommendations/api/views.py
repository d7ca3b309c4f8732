"""The endpoints of recommendations, their statistics and savings, and feedback."""

from typing import Any

from django.db.models import Model
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import Pages
from core.api.parameters import refuse_unknown
from core.api.permissions import MayView
from core.api.problems import errors
from core.api.viewsets import RowsViewSet
from insights.api.permissions import MayChange
from insights.api.views import StatusViewSet, status_schema
from insights.models import Feedback, Recommendation, Verification
from insights.recommendations.api.serializers import (
    ChangeRecommendationSerializer,
    FeedbackSerializer,
    RateByIdSerializer,
    RateSerializer,
    RecommendationDetailSerializer,
    RecommendationSerializer,
    SavingsSerializer,
    StatisticsSerializer,
)
from insights.recommendations.feedback import rate
from insights.recommendations.filters import (
    FeedbackFilter,
    RecommendationFilter,
    SavingsFilter,
)
from insights.recommendations.savings_report import savings_report

COUNTED = ("status", "priority", "category")
# A first rating answers 201, a change of it 200.
RATED = {200: FeedbackSerializer, 201: FeedbackSerializer}


@status_schema(RecommendationDetailSerializer, ChangeRecommendationSerializer)
class RecommendationViewSet(StatusViewSet):
    """Recommendations for resources, the newest first; `ordering=-savings_monthly`."""

    queryset = (
        Recommendation.objects.with_rank()
        .select_related("account", "resource", "verification", "owner")
        .prefetch_related("changes")
        .order_by("-found_at", "-id")
    )
    serializer_class = RecommendationSerializer
    detail_serializer = RecommendationDetailSerializer
    status_serializer = ChangeRecommendationSerializer
    filterset_class = RecommendationFilter
    csv_name = "recommendations"
    http_method_names = ["get", "patch", "put", "head", "options"]

    @extend_schema(responses={200: StatisticsSerializer})
    @action(detail=False, pagination_class=None)
    def statistics(self, request: Request) -> Response:
        """Statistics of the filtered recommendations."""
        found = self.filter_queryset(self.get_queryset())
        rows = Recommendation.objects.filter(pk__in=found.order_by().values("pk"))
        answers = Feedback.objects.filter(recommendation__in=rows.values("pk"))
        statistics = {
            "count": rows.count(),
            **{f"by_{name}": rows.counts(name) for name in COUNTED},
            "potential_monthly": _sums(rows.live().savings_per_currency()),
            "feedback": answers.ratings(),
        }
        return Response(StatisticsSerializer(statistics).data)

    @extend_schema(responses={200: SavingsSerializer})
    @action(detail=False, pagination_class=None, filterset_class=SavingsFilter)
    def savings(self, request: Request) -> Response:
        """Savings a month: recommended, accepted, and verified by later bills."""
        found = self.filter_queryset(self.get_queryset())
        rows = Recommendation.objects.filter(pk__in=found.order_by().values("pk"))
        done = Verification.objects.filter(recommendation__in=rows.values("pk"))
        report = savings_report(rows)
        savings = {
            "realized_monthly": _sums(done.realized_per_currency()),
            "verdicts": done.totals(),
            "totals": report.totals,
            "by_month": report.by_month,
            "by_category": report.by_category,
        }
        return Response(SavingsSerializer(savings).data)

    @extend_schema(
        methods=["GET"], responses={200: FeedbackSerializer, **errors(403, 404)}
    )
    @extend_schema(
        methods=["PUT"],
        request=RateSerializer,
        responses={**RATED, **errors(400, 403, 404)},
    )
    @action(detail=True, methods=["get", "put"], filterset_class=None)
    def feedback(self, request: Request, pk: str) -> Response:
        """Your rating of it. What is left out of a new one stays as it was."""
        refuse_unknown(request.query_params, ())
        row = self.get_object()
        if request.method == "GET":
            own = Feedback.objects.filter(recommendation=row, user=request.user.pk)
            if not (found := own.first()):
                raise NotFound("You have not rated it yet.")
            return Response(FeedbackSerializer(found).data)
        return _rate(request, row, _valid(RateSerializer(data=request.data)))

    @property
    def changes(self) -> type[Model]:
        """The model that a request writes."""
        return Feedback if self.action == "feedback" else Recommendation


class FeedbackViewSet(RowsViewSet):
    """Ratings of recommendations, the newest first."""

    queryset = Feedback.objects.select_related("user").order_by("-updated_at", "-id")
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilter
    csv_name = "feedback"

    @extend_schema(request=RateByIdSerializer, responses={**RATED, **errors(400, 403)})
    def create(self, request: Request) -> Response:
        """Rate a recommendation. What is left out stays as you rated it before."""
        refuse_unknown(request.query_params, ())
        wanted = _valid(RateByIdSerializer(data=request.data))
        number = wanted.pop("recommendation")
        rows = Recommendation.objects.visible_to(request.user)
        if not (row := rows.filter(pk=number).first()):
            reason = f"There is no recommendation {number}."
            raise ValidationError({"recommendation": [reason]})
        return _rate(request, row, wanted)


def _valid(given: RateSerializer) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _rate(request: Request, row: Recommendation, values: dict[str, Any]) -> Response:
    feedback, is_new = rate(row, values, timezone.now(), request)
    code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return Response(FeedbackSerializer(feedback).data, status=code)


def _sums(per_currency: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"currency": currency, "amount": amount}
        for currency, amount in per_currency.items()
    ]
