"""Recommendations, their statistics and savings, and what people think of them."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from insights.answers import rate
from insights.api.permissions import MayChange
from insights.api.recommendation_serializers import (
    FeedbackSerializer,
    GiveFeedbackSerializer,
    MoveRecommendationSerializer,
    RateSerializer,
    RecommendationDetailSerializer,
    RecommendationSerializer,
    SavingsSerializer,
    StatisticsSerializer,
)
from insights.api.views import MovingViewSet
from insights.filters import FeedbackFilter, RecommendationFilter
from insights.models import Feedback, Recommendation, Verification
from people.audit import record
from rest.errors import errors
from rest.pagination import Pages
from rest.parameters import refuse_unknown
from rest.permissions import MayView
from rest.rows import RowsViewSet


@extend_schema_view(
    retrieve=extend_schema(responses={200: RecommendationDetailSerializer})
)
class RecommendationViewSet(MovingViewSet):
    """What to do about machines, the newest first; `ordering=-savings_monthly`."""

    queryset = (
        Recommendation.objects.select_related("account", "resource", "verification")
        .prefetch_related("changes")
        .order_by("-found_at", "-id")
    )
    serializer_class = RecommendationSerializer
    detail_serializer = RecommendationDetailSerializer
    move_serializer = MoveRecommendationSerializer
    filterset_class = RecommendationFilter
    csv_name = "recommendations"
    http_method_names = ["get", "patch", "put", "head", "options"]

    @extend_schema(
        request=MoveRecommendationSerializer,
        responses={200: RecommendationDetailSerializer, **errors(400, 403, 404, 409)},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives it another status, if nobody changed it since `version`."""
        return self.moved(request)

    @extend_schema(responses={200: StatisticsSerializer})
    @action(detail=False, pagination_class=None)
    def statistics(self, request: Request) -> Response:
        """The recommendations that the filters leave, in numbers."""
        found = self.filter_queryset(self.get_queryset())
        rows = Recommendation.objects.filter(pk__in=found.order_by().values("pk"))
        answers = Feedback.objects.filter(recommendation__in=rows.values("pk"))
        told = {
            "count": rows.count(),
            **{f"by_{name}": rows.counts(name) for name in COUNTED},
            "potential_monthly": _sums(rows.live().savings_per_currency()),
            "feedback": answers.ratings(),
        }
        return Response(StatisticsSerializer(told).data)

    @extend_schema(responses={200: SavingsSerializer}, filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def savings(self, request: Request) -> Response:
        """What was really saved a month by what is done, as later bills say."""
        refuse_unknown(request.query_params, ())
        done = Verification.objects.seen_by(request.user)
        told = {
            "realised_monthly": _sums(done.realised_per_currency()),
            "verdicts": done.totals(),
        }
        return Response(SavingsSerializer(told).data)

    @extend_schema(
        methods=["GET"], responses={200: FeedbackSerializer, **errors(403, 404)}
    )
    @extend_schema(
        methods=["PUT"],
        request=RateSerializer,
        responses={
            200: FeedbackSerializer,
            201: FeedbackSerializer,
            **errors(400, 403, 404),
        },
    )
    @action(detail=True, methods=["get", "put"], filterset_class=None)
    def feedback(self, request: Request, pk: str) -> Response:
        """What you think of it: one answer per user, the last one counts."""
        refuse_unknown(request.query_params, ())
        row = self.get_object()
        if request.method == "GET":
            own = Feedback.objects.filter(recommendation=row, user=request.user.pk)
            if not (found := own.first()):
                raise NotFound("You have said nothing about it yet.")
            return Response(FeedbackSerializer(found).data)
        given = RateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return give(request, row, given.validated_data)

    @property
    def changes(self) -> type[Model]:
        """What a request writes: its own rows, or what somebody thinks of them."""
        return Feedback if self.action == "feedback" else Recommendation


COUNTED = ("status", "priority", "category")


@extend_schema_view(
    list=extend_schema(responses={200: FeedbackSerializer}),
    retrieve=extend_schema(responses={200: FeedbackSerializer}),
)
class FeedbackViewSet(RowsViewSet):
    """What people think of recommendations; the newest first."""

    queryset = Feedback.objects.select_related("user").order_by("-updated_at", "-id")
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilter
    csv_name = "feedback"

    @extend_schema(
        request=GiveFeedbackSerializer,
        responses={
            200: FeedbackSerializer,
            201: FeedbackSerializer,
            **errors(400, 403),
        },
    )
    def create(self, request: Request) -> Response:
        """Keeps what you think in the place of what you said of it before."""
        refuse_unknown(request.query_params, ())
        given = GiveFeedbackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = dict(given.validated_data)
        number = wanted.pop("recommendation")
        rows = Recommendation.objects.seen_by(request.user)
        row = rows.filter(Q(pk=number)).first()
        if row is None:
            reason = f"There is no recommendation {number}."
            raise ValidationError({"recommendation": [reason]})
        return give(request, row, wanted)


def give(request: Request, row: Recommendation, wanted: dict[str, Any]) -> Response:
    """201 for a first answer of the user, 200 where it replaces an earlier one."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - for the type checker
    is_new = not Feedback.objects.filter(recommendation=row, user=user).exists()
    feedback = rate(row, user, timezone.now(), **wanted)
    record(request, "feedback.give", feedback, rating=feedback.rating)
    code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return Response(FeedbackSerializer(feedback).data, status=code)


def _sums(per_currency: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"currency": currency, "amount": amount}
        for currency, amount in per_currency.items()
    ]
