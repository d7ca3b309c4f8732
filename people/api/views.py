"""The audit log in the API."""

from people.api.serializers import AuditEntrySerializer
from people.filters import AuditFilter
from people.models import AuditEntry
from rest.rows import RowsViewSet


class AuditEntryViewSet(RowsViewSet):
    """The audit log, newest first.

    Empty for users who are limited to some accounts, as it concerns all of them.
    """

    queryset = AuditEntry.objects.order_by("-at", "-id")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    csv_name = "audit"
