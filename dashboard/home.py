"""The summary page (home), which joins all rooms."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from clouds.labels import clouds_of
from clouds.models import CloudAccount
from costs.chart import by_moment, trend_chart
from costs.queries.query import query_string
from costs.queries.trend import OTHER
from dashboard.explained_costs import explained_on_home
from dashboard.spending import Spending, spending
from inventory.models import Resource
from syncs.runs.freshness import freshness, per_dataset

# Part of the page -> the permission it needs. A user with any of them gets the page.
PARTS = {
    "costs": "costs.view_dailycost",
    "instances": "inventory.view_instance",
    "cpu": "metrics.view_cpumetric",
    "syncs": "syncs.view_syncrun",
}


class SummaryView(LoginRequiredMixin, TemplateView):
    """Spending, largest changes, instances, data freshness, bill reconciliation."""

    template_name = "dashboard/summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        may = {part: user.has_perm(right) for part, right in PARTS.items()}
        if not any(may.values()):
            raise PermissionDenied  # that page says how to get a role
        accounts = list(CloudAccount.objects.visible_to(user))
        enabled = [account for account in accounts if account.is_enabled]
        context = super().get_context_data(
            may=may, accounts=enabled, clouds=clouds_of(enabled), **kwargs
        )
        if may["costs"]:
            names = {account.account_id: account.name for account in accounts}
            context |= self._costs(names)
            members = CloudAccount.objects.billed_out_of_sight(user)
            context["unseen_bills"] = list(members)
        if may["instances"]:
            context |= self._instances(with_cpu=may["cpu"])
        if may["syncs"]:
            context["freshness"] = per_dataset(freshness(enabled, now))
        return context

    def _costs(self, names: dict[str, str]) -> dict[str, Any]:
        currency = self.request.GET.get("currency")
        found = spending(timezone.now(), self.request.user, names, currency)
        if found is None:
            return {}
        return {
            "spending": found,
            "top_changes": found.top_changes,
            "chart": trend_chart(
                found.trend, expected=found.expected.per_day, drills=_drills(found)
            ),
            "table": by_moment(found.trend, expected=found.expected.per_day),
            **explained_on_home(found),
        }

    def _instances(self, *, with_cpu: bool) -> dict[str, Any]:
        """Count the instances in each state, and the idle ones (metrics.idle)."""
        resources = Resource.objects.visible_to(self.request.user)
        instances = resources.filter(
            kind=Resource.Kind.INSTANCE, account__is_enabled=True
        ).present()
        counts = instances.count_per_state()
        context: dict[str, Any] = {"states": counts, "instances": sum(counts.values())}
        if with_cpu:
            context |= instances.running().aggregate(
                measured=Count("recent_cpu__is_idle"),
                unmeasured=Count("pk", filter=Q(recent_cpu__is_idle=None)),
                idle=Count("pk", filter=Q(recent_cpu__is_idle=True)),
            )
            if context["measured"]:
                context["idle_percent"] = context["idle"] / context["measured"] * 100
        return context


def _drills(found: Spending) -> dict[str, str]:
    """The page of what a service costs, to which the chart adds the days."""
    path, shared = reverse("costs"), {"group_by": "region", "currency": found.currency}
    return {
        one.key: f"{path}?{query_string({'service': [one.key], **shared})}"
        for one in found.trend.series
        if one.key != OTHER
    }
