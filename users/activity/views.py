"""What people, commands and scripts did, in words."""

from typing import Any

from django.db.models import QuerySet
from django_filters.views import FilterView

from core.pages import ListPages
from users.activity.filters import AuditFilter
from users.models import AuditEntry
from users.people.views import PeopleMixin


class ActivityView(PeopleMixin, FilterView):
    """The audit log, newest first."""

    template_name = "users/activity.html"
    permission_required = "users.view_auditentry"
    filterset_class = AuditFilter
    paginate_by = 50
    paginator_class = ListPages

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.visible_to(self.request.user).order_by("-at", "-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.copy()
        asked.pop("page", None)
        return super().get_context_data(file_query=asked.urlencode(), **kwargs)
