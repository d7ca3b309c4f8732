"""Backfills under /monitoring/backfill/: started at once, and reported on by others."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.problems import errors
from syncs.backfills.api import (
    BackfillDetailSerializer,
    BackfillSerializer,
    BackfillViewSet,
    ProposalSerializer,
)
from syncs.backfills.outside_work import (
    REPORTED,
    report,
)
from syncs.backfills.planning import change_status
from syncs.models import Backfill, BackfillWindow
from users.audit import actor_of


class StartBackfillSerializer(ProposalSerializer):
    """What to read again, and by whom."""

    is_outside = serializers.BooleanField(
        default=False,
        help_text="A worker outside of this installation reads it and reports "
        "progress; no worker of its own touches it.",
    )


class BackfillProgressSerializer(StrictSerializer):
    """How far an outside worker is with one window of a backfill."""

    backfill = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The one that was read last."
    )
    start = serializers.DateField(help_text="The window's first day.")
    status = serializers.ChoiceField(
        choices=[(one.value, one.label) for one in REPORTED]
    )
    error = serializers.CharField(
        default="", allow_blank=True, max_length=1000, help_text="Why it failed."
    )


class BackfillStatusSerializer(serializers.Serializer[Any]):
    """How many backfills are in which state, and those that are open."""

    by_status = serializers.DictField(child=serializers.IntegerField())
    open = BackfillSerializer(many=True, help_text="The newest first.")


class BackfillMonitorViewSet(BackfillViewSet):
    """The same backfills, under their first names."""

    proposal = StartBackfillSerializer

    @extend_schema(
        request=StartBackfillSerializer, responses={201: BackfillDetailSerializer}
    )
    def start_now(self, request: Request) -> Response:
        """Propose one and start it, at the price that its answer names."""
        proposed = self.create(request)
        backfill = Backfill.objects.get(pk=proposed.data["id"])
        change_status(backfill, "start", timezone.now(), actor_of(request))
        return self._answer(backfill.pk, proposed.status_code)

    @extend_schema(responses=BackfillStatusSerializer, filters=False)
    def overview(self, request: Request) -> Response:
        """Backfills that are proposed, running or paused, and counts of all."""
        refuse_unknown(request.query_params, ())
        rows = self.get_queryset()
        counts = dict.fromkeys(Backfill.Status.values, 0)
        for state in rows.values_list("status", flat=True):
            counts[state] += 1
        still_open = rows.filter(status__in=Backfill.OPEN)
        answer = {"by_status": counts, "open": still_open}
        return Response(BackfillStatusSerializer(answer).data)

    @extend_schema(
        request=BackfillProgressSerializer,
        responses={200: BackfillDetailSerializer, **errors(409)},
    )
    def progress(self, request: Request) -> Response:
        """Report on a window; refused unless `version` is the backfill's newest."""
        given = body_of(request, BackfillProgressSerializer)
        backfill = self.get_queryset().filter(pk=given["backfill"]).first()
        if backfill is None:
            raise NotFound(f"There is no backfill {given['backfill']}.")
        status = BackfillWindow.Status(given["status"])
        by, now = actor_of(request), timezone.now()
        start, error = given["start"], given["error"]
        report(backfill, given["version"], start, status, error, now, by)
        return self._answer(backfill.pk)


# Below /api/v1/monitoring/backfill/ -> action by method.
BACKFILL_ROUTES: dict[str, Any] = {
    "start": {"post": "start_now"},
    "status": {"get": "overview"},
    "progress": {"post": "progress"},
    "<int:pk>": {"get": "retrieve"},
}
