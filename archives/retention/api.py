"""Retention in the API: periods, runs and files."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archives.models import Archive, Table
from archives.retention.filters import ArchiveFilter, RetentionRunFilter
from archives.retention.models import RetentionRun
from archives.retention.queue import ask_for_run
from archives.retention.runs import due_now
from archives.retention.summary import due_deletions, kept_tables
from clouds.permissions import SeesAllAccounts
from core.api.pagination import Pages
from core.api.parameters import StrictSerializer, body_of, refuse_unknown
from core.api.permissions import MayView, requires
from core.api.problems import errors
from core.api.viewsets import RowsViewSet
from users.audit import actor_of


class RetentionRunSerializer(serializers.ModelSerializer[RetentionRun]):
    """One run of retention, which archives all that is past its period."""

    class Meta:
        model = RetentionRun
        fields = [
            *("id", "status", "planned_for", "asked_at", "asked_by", "started_at"),
            *("finished_at", "months", "rows", "size_bytes", "deleted", "expired"),
            "error",
        ]
        read_only_fields = fields


class ArchiveSerializer(serializers.ModelSerializer[Archive]):
    """One file with rows of one month of one table."""

    class Meta:
        model = Archive
        fields = [
            *("id", "table", "month", "location", "rows", "size_bytes", "sha256"),
            *("pruned_at", "pruned_by", "restored_at", "restored_by", "expired_at"),
        ]


class KeptTableSerializer(serializers.Serializer[Any]):
    """The retention period of one kind of rows."""

    table = serializers.CharField(help_text="Its name in RETENTION_DAYS.")
    days = serializers.IntegerField(
        help_text="Days in the database; of what is archived, from the end of the "
        "month."
    )
    least_days = serializers.IntegerField(help_text="Minimum of the setting.")
    archived = serializers.BooleanField(
        source="is_archived", help_text="false: deleted without an archive."
    )
    file_days = serializers.IntegerField(
        allow_null=True,
        help_text="Days in the archive after that; null: indefinitely, or in none.",
    )
    oldest = serializers.DateField(allow_null=True)
    due_rows = serializers.IntegerField()


class DueMonthSerializer(serializers.Serializer[Any]):
    """One month of one table that is past its retention period."""

    table = serializers.ChoiceField(choices=Table.choices)
    month = serializers.DateField(help_text="First day of the month.")
    rows = serializers.IntegerField()


class DueDeletionSerializer(serializers.Serializer[Any]):
    """Rows that are past their retention period, and are deleted without an archive."""

    table = serializers.CharField()
    rows = serializers.IntegerField()


class RunRetentionSerializer(StrictSerializer):
    """Whether to archive and delete, or only to say what that would be."""

    dry_run = serializers.BooleanField(default=True)


class RetentionAnswerSerializer(serializers.Serializer[Any]):
    """What is due, and the run that was queued for it."""

    dry_run = serializers.BooleanField()
    due = DueMonthSerializer(many=True)
    deletions = DueDeletionSerializer(many=True)
    run = RetentionRunSerializer(allow_null=True, help_text="null: a dry run.")


CanRunRetention = requires("archives.run_retention", unless=SAFE_METHODS)


class RetentionView(APIView):
    """The retention period of each kind of rows, and what is due."""

    permission_classes = [IsAuthenticated, MayView, SeesAllAccounts]
    viewed_models = [RetentionRun]

    @extend_schema(responses={200: KeptTableSerializer(many=True), **errors(409)})
    def get(self, request: Request) -> Response:
        refuse_unknown(request.query_params, ())
        tables = kept_tables(timezone.now())
        return Response(KeptTableSerializer(tables, many=True).data)


class RunRetentionView(APIView):
    """Say what is due, or have it archived and deleted."""

    permission_classes = [IsAuthenticated, MayView, SeesAllAccounts, CanRunRetention]
    viewed_models = [RetentionRun]

    @extend_schema(
        request=RunRetentionSerializer,
        responses={
            200: RetentionAnswerSerializer,
            202: RetentionAnswerSerializer,
            **errors(409),
        },
    )
    def post(self, request: Request) -> Response:
        """By default nothing is done. With `dry_run: false` a worker does it: 202."""
        given = body_of(request, RunRetentionSerializer)
        now = timezone.now()
        due, deleted = list(due_now(now)), due_deletions(now)
        run = None if given["dry_run"] else ask_for_run(now, actor_of(request))
        answer = {"dry_run": run is None, "due": due, "deletions": deleted, "run": run}
        code = status.HTTP_200_OK if run is None else status.HTTP_202_ACCEPTED
        return Response(RetentionAnswerSerializer(answer).data, status=code)


class RetentionRunViewSet(RowsViewSet):
    """Runs of retention, the newest first."""

    queryset = RetentionRun.objects.order_by("-asked_at", "-id")
    pagination_class = Pages
    serializer_class = RetentionRunSerializer
    filterset_class = RetentionRunFilter
    csv_name = "retention-runs"


class ArchiveViewSet(RowsViewSet):
    """Files of the archive, the newest month first."""

    queryset = Archive.objects.order_by("-month", "table", "-id")
    pagination_class = Pages
    serializer_class = ArchiveSerializer
    filterset_class = ArchiveFilter
    csv_name = "archives"
