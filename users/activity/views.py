"""What people, commands and scripts did, in words."""

from typing import Any

from clouds.permissions import AllAccountsMixin
from core.pages import FilteredPage
from users.activity.filters import AuditFilter
from users.models import AuditEntry


class ActivityView(AllAccountsMixin, FilteredPage):
    """The audit log, newest first."""

    template_name = "users/activity.html"
    permission_required = "users.view_auditentry"
    filterset_class = AuditFilter
    paginate_by = 50
    queryset = AuditEntry.objects.order_by("-at", "-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.copy()
        asked.pop("page", None)
        return super().get_context_data(file_query=asked.urlencode(), **kwargs)
