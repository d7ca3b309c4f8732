"""The endpoint of digests: who gets one, and what it says now."""

from typing import Any, cast

import django_filters as filters
from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import AnyChoice
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, parameters_of, refuse_unknown
from core.api.permissions import MayView
from core.api.viewsets import RowsViewSet
from costs.models import DailyCost
from dashboard.digests.changes import add_digest, check_digest, remove_digest
from dashboard.digests.contents import digest_text
from dashboard.digests.sending import DAYS
from dashboard.models import Digest


class DigestSerializer(StrictSerializer, serializers.ModelSerializer[Digest]):
    """A digest of the accounts that its user sees, each day or week."""

    user = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = Digest
        fields = [
            *("id", "user", "frequency", "hour", "channel", "created_at", "sent_on")
        ]
        read_only_fields = ["created_at", "sent_on"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        check_digest(Digest(user=self.context["request"].user, **attrs))
        return attrs


class DigestParameters(serializers.Serializer[Any]):
    """Which digest."""

    frequency = serializers.ChoiceField(
        choices=Digest.Frequency.choices, default=Digest.Frequency.DAILY.value
    )


class DigestTextSerializer(serializers.Serializer[Any]):
    """What a digest says; its first line is the subject."""

    frequency = serializers.CharField()
    text = serializers.CharField()


class DigestFilter(filters.FilterSet):
    frequency = AnyChoice(choices=Digest.Frequency.choices, help_text="Only these.")


class DigestViewSet(RowsViewSet):
    """Your digests, or everybody's for who sees all accounts."""

    queryset = Digest.objects.select_related("user").order_by("id")
    viewed_models = (DailyCost,)
    permission_classes = [IsAuthenticated, MayView]
    pagination_class = Pages
    serializer_class = DigestSerializer
    filterset_class = DigestFilter
    csv_name = "digests"
    http_method_names = ["get", "post", "delete", "head", "options"]

    @extend_schema(request=DigestSerializer, responses={201: DigestSerializer})
    def create(self, request: Request) -> Response:
        """Subscribe to a digest by e-mail, or send what you see to a channel."""
        given = body_of(request, DigestSerializer)
        user = cast("User", request.user)
        wanted = Digest(user=user, **given)
        digest = add_digest(wanted, timezone.now(), request)
        return Response(self.get_serializer(digest).data, status.HTTP_201_CREATED)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove your own; who may change users removes that of anybody."""
        refuse_unknown(request.query_params, ())
        digest = self.get_object()
        own = Digest.objects.removable_by(cast("User", request.user))
        if not own.filter(pk=digest.pk).exists():
            raise PermissionDenied("This needs the permission auth.change_user.")
        remove_digest(digest, request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        parameters=[DigestParameters], responses=DigestTextSerializer, filters=False
    )
    @action(detail=False, filterset_class=None, pagination_class=None)
    def preview(self, request: Request) -> Response:
        """Return what your digest would say now."""
        wanted = parameters_of(request, DigestParameters)
        frequency = Digest.Frequency(wanted["frequency"])
        user = cast("User", request.user)
        text = digest_text(user, DAYS[frequency], timezone.now())
        return Response({"frequency": frequency.value, "text": text})
