"""The audit trail on the wire."""

from rest_framework import serializers

from people.models import AuditEntry


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One thing that somebody did."""

    user = serializers.CharField(
        source="user_name", help_text="Empty where nobody is known."
    )
    details = serializers.JSONField(
        help_text='What was asked, or what changed: {"field": [before, after]}.'
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
