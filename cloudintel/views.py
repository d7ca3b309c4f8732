"""The summary page, which joins all apps."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.views.generic import TemplateView

from cloudintel.overview import spending
from costs.chart import by_moment, trend_chart
from inventory.models import Instance
from metrics.models import RecentCpu
from syncs.freshness import freshness
from syncs.models import CloudAccount
from syncs.standing import per_dataset

# Part of the page -> the permission it needs. A user with any of them gets the page.
PARTS = {
    "costs": "costs.view_dailycost",
    "machines": "inventory.view_instance",
    "cpu": "metrics.view_cpumetric",
    "syncs": "syncs.view_syncrun",
}


class SummaryView(LoginRequiredMixin, TemplateView):
    """Spending, largest changes, instances, data freshness, bill reconciliation."""

    template_name = "summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        may = {part: user.has_perm(right) for part, right in PARTS.items()}
        if not any(may.values()):
            raise PermissionDenied  # that page says how to get a role
        accounts = list(CloudAccount.objects.seen_by(user))
        enabled = [account for account in accounts if account.is_enabled]
        context = super().get_context_data(may=may, accounts=enabled, **kwargs)
        if may["costs"]:
            names = {account.account_id: account.name for account in accounts}
            context |= self._costs(names)
            members = CloudAccount.objects.billed_out_of_sight(user)
            context["unseen_bills"] = list(members)
        if may["machines"]:
            context |= self._machines(with_cpu=may["cpu"])
        if may["syncs"]:
            context["standing"] = per_dataset(freshness(enabled, now))
        return context

    def _costs(self, names: dict[str, str]) -> dict[str, Any]:
        wanted = self.request.GET.get("currency")
        found = spending(timezone.now(), self.request.user, names, wanted)
        if found is None:
            return {}
        return {
            "spending": found,
            "chart": trend_chart(found.trend),
            "table": by_moment(found.trend),
        }

    def _machines(self, *, with_cpu: bool) -> dict[str, Any]:
        """Count instances per state, and idle ones among those running."""
        user = self.request.user
        enabled = {"account__is_enabled": True}
        states = Instance.objects.seen_by(user).present().filter(**enabled)
        counts = states.count_per_state()
        context = {"states": counts, "instances": sum(counts.values())}
        if with_cpu:
            context |= _idle(user, counts.get("running", 0))
        return context


def _idle(user: AbstractBaseUser | AnonymousUser, running: int) -> dict[str, Any]:
    """Count idle instances among the running ones, and those without CPU data."""
    cpu = RecentCpu.objects.seen_by(user).of_present()
    cpu = cpu.filter(instance__state="running", instance__account__is_enabled=True)
    measured, idle = cpu.count_idle()
    return {
        "measured": measured,
        "unmeasured": running - measured,
        "idle": idle,
        "idle_percent": idle / measured * 100 if measured else None,
    }
