"""What the serializers of several kinds of insights share."""

from rest_framework import serializers

from core.api.parameters import StrictSerializer
from insights.status_change import StatusChange
from insights.status_views import LONGEST_NOTE


class ChangeSerializer(serializers.Serializer[StatusChange]):
    """One change of a status; without a user a refresh made it."""

    at = serializers.DateTimeField()
    user = serializers.CharField(source="user_name")
    old_status = serializers.CharField()
    new_status = serializers.CharField()
    note = serializers.CharField()


class ChangeStatusSerializer(StrictSerializer):
    """A new status, and the version that it is a change of."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read; an older one is refused with 409 and the row.",
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_NOTE
    )
