"""The endpoints of demo control."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import requires
from core.api.problems import errors
from dashboard.demo.control import (
    CONTROL,
    change_play,
    play_scene,
    queue,
    send,
)
from dashboard.demo.state import demo_state
from users.audit import Actor, actor_of

MayControl = requires(CONTROL, unless=["OPTIONS"])


class StepsSerializer(StrictSerializer):
    """What is to be done."""

    steps = serializers.ListField(
        child=serializers.DictField(),
        min_length=1,
        max_length=20,
        help_text="Steps in order, as in a file of providers/demo/scenarios: each has "
        "`do` and what that needs.",
    )


class ScenarioNameSerializer(StrictSerializer):
    """Which scenario is played."""

    name = serializers.CharField(
        max_length=64, help_text="The name of a scenario, as GET lists them."
    )


class SceneSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="What a presenter says.")
    page = serializers.CharField(help_text="The page that shows it.")


class ScenarioSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    scenes = SceneSerializer(many=True)


class DemoSerializer(serializers.Serializer[Any]):
    """The demo company as it is now, and what is being done to it."""

    is_there = serializers.BooleanField()
    present = serializers.DateTimeField(help_text="Its own present.")
    is_behind = serializers.BooleanField(help_text="Whether that is in the past.")
    presenter = serializers.CharField(help_text="Who presents it; empty: nobody.")
    steps = serializers.ListField(
        child=serializers.DictField(), help_text="What is still to be done."
    )
    is_paused = serializers.BooleanField()
    is_at_work = serializers.BooleanField()
    outcome = serializers.CharField(help_text="What the last step did.")
    error = serializers.CharField(help_text="Why the last step failed.")
    scenario = ScenarioSerializer(allow_null=True)
    number = serializers.IntegerField(help_text="Scenes that were played.")
    scenarios = ScenarioSerializer(many=True)


ANSWERS: dict[Any, Any] = {202: DemoSerializer, **errors(409)}


class DemoViewSet(ViewSet):
    """Demo control: only the accounts of the demo company are changed."""

    permission_classes = [IsAuthenticated, MayControl]

    @extend_schema(responses=DemoSerializer)
    def show(self, request: Request) -> Response:
        """Its present, who presents it, what is to be done, and the scenarios."""
        refuse_unknown(request.query_params, ())
        return Response(DemoSerializer(demo_state(timezone.now())).data)

    @extend_schema(request=StepsSerializer, responses=ANSWERS)
    def steps(self, request: Request) -> Response:
        """Queue steps; a worker does them in order."""
        given = body_of(request, StepsSerializer)
        return self._done(request, lambda actor, now: queue(given["steps"], actor, now))

    @extend_schema(request=ScenarioNameSerializer, responses=ANSWERS)
    def scenario(self, request: Request) -> Response:
        """Play the first scene of a scenario."""
        given = body_of(request, ScenarioNameSerializer)
        return self._done(
            request, lambda actor, now: play_scene(actor, now, given["name"])
        )

    @extend_schema(request=None, responses=ANSWERS)
    def next_scene(self, request: Request) -> Response:
        """Play the next scene of the scenario."""
        body_of(request, StrictSerializer)
        return self._done(request, play_scene)

    @extend_schema(request=None, responses=ANSWERS)
    def pause(self, request: Request) -> Response:
        """Stop after the step that is at work."""
        return self._control(request, "pause")

    @extend_schema(request=None, responses=ANSWERS)
    def resume(self, request: Request) -> Response:
        """Resume with the steps that wait."""
        return self._control(request, "resume")

    @extend_schema(request=None, responses=ANSWERS)
    def release(self, request: Request) -> Response:
        """Forget the steps that wait, so that others can present."""
        return self._control(request, "release")

    def _control(self, request: Request, what: str) -> Response:
        body_of(request, StrictSerializer)
        return self._done(request, lambda actor, now: change_play(what, actor, now))

    def _done(
        self, request: Request, change: Callable[[Actor, datetime], object]
    ) -> Response:
        change(actor_of(request), timezone.now())
        send()
        state = DemoSerializer(demo_state(timezone.now()))
        return Response(state.data, status.HTTP_202_ACCEPTED)


DEMO_ROUTES: dict[str, Any] = {
    "": {"get": "show"},
    "steps/": {"post": "steps"},
    "scenario/": {"post": "scenario"},
    "next/": {"post": "next_scene"},
    "pause/": {"post": "pause"},
    "resume/": {"post": "resume"},
    "release/": {"post": "release"},
}
