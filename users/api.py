"""The audit log in the API."""

import django_filters as filters
from rest_framework import serializers

from core.api.filters import moment_filter
from core.api.viewsets import RowsViewSet
from users.models import AuditEntry


class AuditFilter(filters.FilterSet):
    after = moment_filter("at", "gte", "At or after this instant.")
    before = moment_filter("at", "lt", "Before this instant.")
    user = filters.CharFilter(field_name="user_name", help_text="Username.")
    action = filters.CharFilter(help_text="Such as sync.start or sign_in.fail.")
    object_type = filters.CharFilter(help_text="Such as clouds.cloudaccount.")
    object_id = filters.CharFilter(help_text="ID of the object.")

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One action of a user, a command or a client."""

    user = serializers.CharField(source="user_name", help_text="Empty if unknown.")
    details = serializers.JSONField(
        help_text='The request, or the changes: {"field": [before, after]}.'
    )

    class Meta:
        model = AuditEntry
        fields = [
            "id",
            "at",
            "user",
            "action",
            "object_type",
            "object_id",
            "object_label",
            "details",
            "address",
        ]


class AuditEntryViewSet(RowsViewSet):
    """The audit log, newest first.

    Empty for users who are limited to some accounts, as it concerns all of them.
    """

    queryset = AuditEntry.objects.order_by("-at", "-id")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    csv_name = "audit"
