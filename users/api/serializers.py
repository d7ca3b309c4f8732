"""The audit log in the API."""

from rest_framework import serializers

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
