"""The backups in the API."""

from rest_framework import serializers

from archives.backup.filters import BackupFilter
from archives.backup.models import Backup
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet


class BackupSerializer(serializers.ModelSerializer[Backup]):
    """One backup, made or tried, and whether it could be restored."""

    encrypted = serializers.BooleanField(source="is_encrypted")
    seconds = serializers.FloatField(
        allow_null=True, help_text="Duration; null: it is running, or unknown."
    )
    verified = serializers.BooleanField(
        source="is_verified",
        help_text="A restore of it equals what was backed up.",
    )

    class Meta:
        model = Backup
        fields = [
            *("id", "name", "place", "state", "planned_for", "made_at", "seconds"),
            *("attempts", "by", "vendor", "server_version", "rows", "size_bytes"),
            *("sha256", "encrypted", "error", "verified", "verified_at"),
            *("verification_seconds", "verification_error"),
        ]


class BackupViewSet(RowsViewSet):
    """Backups that are kept, and those that failed lately, the newest first.

    Empty for users who are limited to some accounts, as a backup is of all of them.
    """

    queryset = Backup.objects.order_by("-made_at", "-id")
    pagination_class = Pages
    serializer_class = BackupSerializer
    filterset_class = BackupFilter
    csv_name = "backups"
