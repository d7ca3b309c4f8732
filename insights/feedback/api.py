"""The endpoints of feedback on insights: its parts, statistics, comments, one's own."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.versions import data_version
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of
from core.api.permissions import MayChange, MayView
from core.api.problems import Conflict, errors
from core.api.viewsets import RowsViewSet
from insights.feedback.filters import FeedbackFilter
from insights.feedback.giving import FEEDBACK, Insight, give_feedback
from insights.feedback.models import LONGEST_COMMENT
from insights.feedback.querysets import INSIGHTS, FeedbackQuerySet
from insights.models import Anomaly, Feedback, Forecast, Recommendation
from insights.transitions import StaleVersion

Handler = TypeVar("Handler", bound=Callable[..., Any])
MODELS: tuple[Any, ...] = (Recommendation, Anomaly, Forecast)


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    """What one user says of one recommendation, anomaly or forecast."""

    user = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Feedback
        fields = [
            *("id", *INSIGHTS, "user", "rating", "comment", "is_flagged"),
            *("created_at", "updated_at", "version"),
        ]
        read_only_fields = fields


# A first one answers 201, a change of it 200.
GIVEN = {200: FeedbackSerializer, 201: FeedbackSerializer}


def _rating() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=5, help_text="1 (wrong) to 5 (right)."
    )


class PartsSerializer(StrictSerializer):
    """Parts of a feedback. What is left out stays as it was."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="As you read your own; an older one is refused with 409 and the row.",
    )


class RateSerializer(PartsSerializer):
    """A rating, with or without a comment and a flag."""

    rating = _rating()
    comment = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_COMMENT
    )
    is_flagged = serializers.BooleanField(
        required=False, help_text="It should not be shown."
    )


class InsightSerializer(PartsSerializer):
    """The insight, by the id of exactly one."""

    recommendation = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1
    )
    anomaly = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    forecast = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if len(set(INSIGHTS) & set(attrs)) != 1:
            reason = f"Give the id of one of {', '.join(INSIGHTS)}."
            raise ValidationError({"insight": [reason]})
        return attrs


class FeedbackByIdSerializer(InsightSerializer, RateSerializer):
    """A rating of the insight with that id."""


class RatingOnlySerializer(InsightSerializer):
    """A rating alone."""

    rating = _rating()


class CommentOnlySerializer(InsightSerializer):
    """A comment alone; an empty one takes it back."""

    comment = serializers.CharField(allow_blank=True, max_length=LONGEST_COMMENT)


class FlagOnlySerializer(InsightSerializer):
    """A flag alone; false takes it back."""

    is_flagged = serializers.BooleanField(help_text="It should not be shown.")


class StatsSerializer(serializers.Serializer[Any]):
    """Statistics of the filtered feedback."""

    count = serializers.IntegerField(help_text="Ratings.")
    average_rating = serializers.FloatField(allow_null=True)
    flagged = serializers.IntegerField()
    comments = serializers.IntegerField()
    users = serializers.IntegerField(help_text="Who said something.")
    by_rating = serializers.DictField(child=serializers.IntegerField())
    by_insight = serializers.DictField(child=serializers.IntegerField())


def _part(given: type[InsightSerializer]) -> Callable[[Handler], Handler]:
    described: Callable[[Handler], Handler] = extend_schema(
        request=given, responses={**GIVEN, **errors(409)}, filters=False
    )
    return described


class FeedbackViewSet(RowsViewSet):
    """What users say of recommendations, anomalies and forecasts, the newest first."""

    queryset = Feedback.objects.select_related("user").order_by("-updated_at", "-id")
    permission_classes = [IsAuthenticated, MayView, MayChange]
    pagination_class = Pages
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilter
    csv_name = "feedback"
    cached_actions = frozenset({"stats"})

    def data_version(self) -> str | None:
        if self.action != "stats":
            return None
        return data_version(self.request.user, FEEDBACK)

    def get_queryset(self) -> FeedbackQuerySet:
        rows: Any = super().get_queryset()
        found: FeedbackQuerySet = rows
        if self.action == "comments":
            return found.exclude(comment="")
        if self.action == "user":
            return found.filter(user=self.request.user.pk)
        return found

    @_part(FeedbackByIdSerializer)
    def create(self, request: Request) -> Response:
        """Rate an insight. What is left out stays as you rated it before."""
        return self._give(request, FeedbackByIdSerializer)

    @_part(RatingOnlySerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def rate(self, request: Request) -> Response:
        """Rate an insight; your comment and flag stay."""
        return self._give(request, RatingOnlySerializer)

    @_part(CommentOnlySerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def comment(self, request: Request) -> Response:
        """Comment on an insight; your rating and flag stay."""
        return self._give(request, CommentOnlySerializer)

    @_part(FlagOnlySerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def flag(self, request: Request) -> Response:
        """Flag an insight, or take the flag back; your rating and comment stay."""
        return self._give(request, FlagOnlySerializer)

    @extend_schema(responses=StatsSerializer)
    @action(detail=False, pagination_class=None)
    def stats(self, request: Request) -> Response:
        """Statistics of the filtered feedback."""
        found: Any = self.filter_queryset(self.get_queryset())
        rows = Feedback.objects.filter(pk__in=found.order_by().values("pk"))
        return Response(StatsSerializer(rows.statistics()).data)

    @extend_schema(responses=FeedbackSerializer(many=True), filters=True)
    @action(detail=False)
    def comments(self, request: Request) -> Any:
        """Feedback with a comment, the newest first."""
        return self.list(request)

    @extend_schema(responses=FeedbackSerializer(many=True), filters=True)
    @action(detail=False)
    def user(self, request: Request) -> Any:
        """Your own feedback, the newest first."""
        return self.list(request)

    def _give(self, request: Request, kind: type[InsightSerializer]) -> Response:
        values = body_of(request, kind)
        return feedback_answer(request, _insight(request, values), values)


def feedback_answer(
    request: Request, insight: Insight, values: dict[str, Any]
) -> Response:
    """Store what the user says of it; 409 with the row where that is stale."""
    version = values.pop("version", None)
    try:
        feedback, is_new = give_feedback(
            insight, values, timezone.now(), request, version
        )
    except StaleVersion as error:
        own = Feedback.objects.about(insight).get(user=request.user.pk)
        raise Conflict(str(error), current=FeedbackSerializer(own).data) from None
    code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return Response(FeedbackSerializer(feedback).data, status=code)


def _insight(request: Request, values: dict[str, Any]) -> Insight:
    """Take the insight out of the values. Raise ValidationError where there is none."""
    model = next(one for one in MODELS if one._meta.model_name in values)
    name = str(model._meta.model_name)
    number = values.pop(name)
    found: Insight | None = (
        model.objects.visible_to(request.user).filter(pk=number).first()
    )
    if found is None:
        raise ValidationError({name: [f"There is no {name} {number}."]})
    return found
