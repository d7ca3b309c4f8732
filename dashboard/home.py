"""The home page, which joins all rooms: is the month on course, and what needs you."""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from alerts.channels import missing_delivery
from clouds.labels import clouds_of
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.windows import Window
from costs.chart import by_period, trend_chart
from costs.queries.query import query_string
from costs.queries.trend import OTHER
from dashboard.attention import Need
from dashboard.explained_costs import explained_on_home
from dashboard.frame import Frame
from dashboard.home_status import (
    needs_of_user,
    status_sentence,
    status_without_costs,
)
from dashboard.month_budget import month_budget
from dashboard.open_items import open_items
from dashboard.places import PAGE_OF
from dashboard.scope import Scope
from dashboard.spending import Spending, spending
from insights.anomalies.chart_marks import anomalies_of_costs, marked
from insights.models import Recommendation, RefreshState, Verification
from insights.recommendations.savings_report import TAKEN_UP
from inventory.kinds import KINDS, Kind, noun_of
from inventory.models import Resource
from inventory.querysets import RUNNING
from metrics.models import RecentCpu
from metrics.running_cpu import of_running
from syncs.models import SyncRun
from syncs.runs.freshness import freshness, per_dataset

# Part of the page -> the permission it needs. A user with any of them gets the page.
PARTS = {
    "costs": "costs.view_dailycost",
    "instances": "inventory.view_instance",
    "resources": "inventory.view_resource",
    "cpu": "metrics.view_cpumetric",
    "savings": "insights.view_recommendation",
    "syncs": "syncs.view_syncrun",
}


class SummaryView(LoginRequiredMixin, TemplateView):
    """What this month costs, what changed, what needs somebody, and how well it is
    known; of all accounts, or of those that the header's scope names."""

    live_topics = ("dashboard",)
    template_name = "dashboard/summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = cast("User", self.request.user), timezone.now()
        may = {part: user.has_perm(right) for part, right in PARTS.items()}
        if not any(may.values()):
            raise PermissionDenied  # that page says how to get a role
        frame = Frame.of(self.request)
        self.scope = frame.scope
        self.accounts = [one for one in frame.accounts if self.scope.holds(one)]
        enabled = [account for account in self.accounts if account.is_enabled]
        context = super().get_context_data(
            may=may,
            accounts=enabled,
            clouds=clouds_of(enabled),
            costs_scope=_parameters(self.scope, "costs"),
            resources_scope=_parameters(self.scope, "resources"),
            missing_delivery=missing_delivery(),
            **kwargs,
        )
        found = self._spending() if may["costs"] else None
        if may["costs"]:
            members = CloudAccount.objects.billed_out_of_sight(user)
            context["unseen_bills"] = list(members)
            context |= self._costs(found, user, self._needs(frame.needs))
        if may["savings"]:
            currency = found.currency if found else None
            context["open_items"] = open_items(user, currency, self._limit())
            context |= self._savings(user)
        if may["resources"]:
            context["kinds"] = self._kinds()
        if may["instances"]:
            context |= self._instances(with_cpu=may["cpu"])
        if may["syncs"]:
            context["freshness"] = per_dataset(freshness(enabled, now))
        return context

    def _limit(self) -> Sequence[CloudAccount] | None:
        return self.accounts if self.scope else None

    def _scoped(self, rows: Any, account: str = "account") -> Any:
        seen = rows.visible_to(self.request.user)
        return seen.filter(**{f"{account}__in": self.accounts}) if self.scope else seen

    def _enabled(self, rows: Any, account: str = "account") -> Any:
        """Return those of enabled accounts; mostly all are, and none is looked up."""
        off = [one.pk for one in self.accounts if not one.is_enabled]
        seen = self._scoped(rows, account).order_by()
        return seen.exclude(**{f"{account}__in": off}) if off else seen

    def _spending(self) -> Spending | None:
        names = {one.account_id: one.name for one in Frame.of(self.request).accounts}
        filters = {
            "provider": self.scope.providers,
            "sub_account": self.scope.accounts,
        }
        currency = self.request.GET.get("currency")
        return spending(timezone.now(), self.request.user, names, currency, filters)

    @cached_property
    def is_computed(self) -> bool:
        """Return whether anomalies and recommendations were looked for. One query."""
        return RefreshState.objects.visible_to(self.request.user).computed().exists()

    def _needs(self, waiting: Sequence[Need]) -> str:
        return needs_of_user(waiting, is_computed=bool(waiting) or self.is_computed)

    def _costs(self, found: Spending | None, user: User, needs: str) -> dict[str, Any]:
        if found is None:
            is_syncing = SyncRun.objects.visible_to(user).active().exists()
            status = status_without_costs(needs, is_syncing=is_syncing)
            return {"status": status, "is_syncing": is_syncing}
        budget = None
        if user.has_perm("insights.view_budget"):
            budget = month_budget(user, found, self.accounts, is_all=not self.scope)
        return {
            "status": status_sentence(found, budget, needs),
            "spending": found,
            "budget": budget,
            # Bills are of whole accounts, and a payer's of all its members.
            "per_cloud": [] if self.scope.accounts else _per_cloud(found),
            "top_changes": found.top_changes,
            **self._marks(found, user),
            "table": by_period(found.trend, expected=found.still_expected.per_day),
            **explained_on_home(found),
        }

    def _marks(self, found: Spending, user: User) -> dict[str, Any]:
        """The chart of costs with the anomalies of its days."""
        chart = trend_chart(
            found.trend, expected=found.still_expected.per_day, drills=_drills(found)
        )
        if not user.has_perm("insights.view_anomaly"):
            return {"chart": chart}
        window = Window(found.trend.start, found.trend.end)
        scope = [one.account_id for one in self.accounts] if self.scope else []
        rows = anomalies_of_costs(user, window, found.currency, scope)
        return {"chart": marked(chart, rows), "marked_anomalies": rows}

    def _savings(self, user: User) -> dict[str, Any]:
        """Savings a month per currency: recommended, taken up, and on the bill."""
        live = self._scoped(Recommendation.objects).live()
        done = Verification.objects.visible_to(user)
        if self.scope:
            done = done.filter(recommendation__account__in=self.accounts)
        return {
            "potential": live.savings_per_currency(),
            "accepted": live.filter(status__in=TAKEN_UP).savings_per_currency(),
            "realized": done.realized_per_currency(),
        }

    def _kinds(self) -> list[tuple[Kind, str, int, int]]:
        """Return each kind that is present, its noun, how many there are, and how many
        of them have no tag. One query."""
        rows = self._enabled(Resource.objects).present()
        counts = {
            kind: (count, untagged)
            for kind, count, untagged in rows.order_by()
            .values_list("kind")
            .annotate(count=Count("pk"), untagged=Count("pk", filter=Q(tags={})))
        }
        return [
            (kind, noun_of(kind, counts[kind][0]), *counts[kind])
            for kind in KINDS
            if kind in counts
        ]

    def _instances(self, *, with_cpu: bool) -> dict[str, Any]:
        """Count the instances in each state, and the idle ones (metrics.idle). Two
        queries."""
        present = self._enabled(Resource.objects).present()
        states = present.filter(kind=Resource.Kind.INSTANCE).count_per_state()
        found = {"states": states, "instances": sum(states.values())}
        if not with_cpu:
            return found
        recent = self._enabled(RecentCpu.objects, "resource__account")
        use = of_running(recent, states).aggregate(
            measured=Count("is_idle"), idle=Count("pk", filter=Q(is_idle=True))
        )
        measured, idle = use["measured"], use["idle"]
        return found | {
            "measured": measured,
            "unmeasured": states.get(RUNNING, 0) - measured,
            "idle": idle,
            "idle_percent": idle / measured * 100 if measured else None,
        }


def _drills(found: Spending) -> dict[str, str]:
    """The page of what a service costs, to which the chart adds the days."""
    path = reverse("costs")
    shared = {**found.filters, "group_by": "region", "currency": found.currency}
    return {
        one.key: f"{path}?{query_string({**shared, 'service': [one.key]})}"
        for one in found.trend.series
        if one.key != OTHER
    }


def _parameters(scope: Scope, route: str) -> str:
    """Return what links to that page add, so that it is limited to the same."""
    named = urlencode(scope.parameters(PAGE_OF[route]), doseq=True)
    return f"&{named}" if named else ""


def _per_cloud(found: Spending) -> list[tuple[CloudKind, Any]]:
    """Return what each cloud bills for the month to date, where there are several."""
    if found.month_to_date is None:
        return []
    of_month = found.source.in_window(found.month_to_date.window)
    bills = of_month.bill_per_cloud()
    return [(CloudKind(name), amount) for name, amount in bills if len(bills) > 1]
