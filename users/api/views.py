"""The audit log in the API."""

from core.api.viewsets import RowsViewSet
from users.api.serializers import AuditEntrySerializer
from users.filters import AuditFilter
from users.models import AuditEntry


class AuditEntryViewSet(RowsViewSet):
    """The audit log, newest first.

    Empty for users who are limited to some accounts, as it concerns all of them.
    """

    queryset = AuditEntry.objects.order_by("-at", "-id")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    csv_name = "audit"
