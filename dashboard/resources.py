"""Pages of resources with what each costs a month and how much it is used."""

from typing import Any

from django.utils import timezone

from core.windows import last_complete_days
from dashboard.places import VIEW_COSTS
from dashboard.resource_costs import resource_costs
from inventory.facts import Column
from inventory.views import ResourceListView
from metrics.idle import IDLE_WINDOW_DAYS
from metrics.use_panels import RECENT, recent_use

VIEW_USE = "metrics.view_usagemetric"


class ResourcesView(ResourceListView):
    """Resources of a section with their costs; those whose use is measured with that
    of last days."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, resources = self.request.user, list(context["object_list"])
        with_bill = user.has_perm(VIEW_COSTS)
        detailed = resources if self.kind else [one.detail for one in resources]
        costs = resource_costs(detailed, user, timezone.now(), with_bill=with_bill)
        for one in resources:
            one.cost = costs[one.pk]
        kind = self.kind
        if kind is None or kind not in RECENT or not user.has_perm(VIEW_USE):
            return context
        window = last_complete_days(IDLE_WINDOW_DAYS, timezone.now())
        use = recent_use(kind, [one.pk for one in resources], window)
        columns = [
            Column(f"{metric}-{name}", label, True, is_sorted_by=False, is_link=False)
            for label, metric, name in RECENT[kind]
        ]
        for one in resources:
            one.cells += zip(columns, use[one.pk], strict=True)
        context["columns"] = [*context["columns"], *columns]
        return context | {"use_window": window}
