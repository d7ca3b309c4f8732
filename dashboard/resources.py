"""Pages of resources with how much these are used: they join inventory and metrics."""

from typing import Any

from django.utils import timezone

from core.windows import last_complete_days
from inventory.facts import Column
from inventory.views import ResourceListView
from metrics.idle import IDLE_WINDOW_DAYS
from metrics.use_panels import RECENT, recent_use

VIEW_USE = "metrics.view_usagemetric"


class UsedResourceListView(ResourceListView):
    """Resources of a section; those whose use is measured with that of last days."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        kind = self.kind
        if (
            kind is None
            or kind not in RECENT
            or not self.request.user.has_perm(VIEW_USE)
        ):
            return context
        window = last_complete_days(IDLE_WINDOW_DAYS, timezone.now())
        resources = context["object_list"]
        use = recent_use(kind, [one.pk for one in resources], window)
        columns = [
            Column(f"{metric}-{name}", label, True, is_sorted_by=False, is_link=False)
            for label, metric, name in RECENT[kind]
        ]
        for one in resources:
            one.cells += zip(columns, use[one.pk], strict=True)
        context["columns"] = [*context["columns"], *columns]
        return context | {"use_window": window}
