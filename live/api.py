"""The versions of what a page shows, for whoever has no socket."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from core.api.parameters import parameters_of
from live.topics import TOPICS, UnknownTopic, allowed_topics, check_topics
from live.watch import topic_versions


class TopicParameters(serializers.Serializer[Any]):
    topics = serializers.CharField(
        help_text=f"One or several of {', '.join(TOPICS)}, separated by commas."
    )

    def validate_topics(self, text: str) -> frozenset[str]:
        try:
            return check_topics(text.split(","))
        except UnknownTopic as error:
            raise serializers.ValidationError(str(error)) from None


class VersionsSerializer(serializers.Serializer[Any]):
    versions = serializers.DictField(
        child=serializers.CharField(),
        help_text="Of each topic, as you see it. Another one: something changed.",
    )


class LiveViewSet(ViewSet):
    """Whether something changed, as the socket at /ws/events tells at once."""

    # Each topic takes its own permission.
    permission_classes = [IsAuthenticated]

    @extend_schema(parameters=[TopicParameters], responses=VersionsSerializer)
    def list(self, request: Request) -> Response:
        if not (allowed := allowed_topics(request.user)):
            raise PermissionDenied("You may watch no topic: you have no role.")
        asked = parameters_of(request, TopicParameters)
        topics: frozenset[str] = asked["topics"]
        if denied := topics - allowed:
            raise PermissionDenied(f"You may not watch {', '.join(sorted(denied))}.")
        return Response({"versions": topic_versions(request.user, sorted(topics))})
