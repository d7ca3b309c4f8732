"""The audit log in the API."""

from rest_framework import serializers

from core.api.viewsets import RowsViewSet
from users.activity.filters import AuditFilter
from users.models import AuditEntry


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
    """The audit log, newest first."""

    queryset = AuditEntry.objects.order_by("-at", "-id")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    csv_name = "audit"
