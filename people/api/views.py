"""Who did what, and when."""

from people.api.serializers import AuditEntrySerializer
from people.filters import AuditFilter
from people.models import AuditEntry
from rest.rows import RowsViewSet


class AuditEntryViewSet(RowsViewSet):
    """What people did: signed in, started, changed; the newest first.

    Who is limited to some accounts sees none of it, as it tells of all.
    """

    queryset = AuditEntry.objects.order_by("-at", "-id")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    csv_name = "audit"
