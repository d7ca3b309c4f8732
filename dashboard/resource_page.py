"""The page of one resource of any kind: money first, then what it is and does."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView

from core.api.permissions import view_right
from core.windows import ONE_DAY, Window, last_complete_days
from dashboard.places import list_of
from dashboard.resource_lines import line_parameters, with_lines
from dashboard.resource_summary import MONEY, resource_summary
from dashboard.resources import VIEW_USE
from insights.anomalies.chart_marks import anomalies_of_resource, marked
from inventory.facts import facts_of, link_label
from inventory.kinds import KINDS, Kind
from inventory.models import Address, Resource, Snapshot, Volume
from inventory.views import describe
from metrics.sync import MEASURED, is_asked_for
from metrics.use_panels import CPU, use_panels
from metrics.views import VIEW_CPU
from syncs.datasets import Dataset, not_offered
from syncs.models import SyncRun
from syncs.runs.freshness import freshness

RANGES = (30, 90, 400)
DEFAULT_RANGE = 90
RUNS_SHOWN = 5
# Of each kind: a disk may have a snapshot of every day.
LINKED_SHOWN = 12
# What it takes to see how much a resource is used, by what reads that.
USE_RIGHTS = {Dataset.CPU: VIEW_CPU, Dataset.USAGE: VIEW_USE}


class ResourceView(PermissionRequiredMixin, DetailView[Resource]):
    live_topics = ("resources",)
    template_name = "dashboard/resource.html"
    context_object_name = "resource"
    kind = Kind.INSTANCE

    def get_permission_required(self) -> list[str]:
        return [view_right(KINDS[self.kind].model)]

    def get_queryset(self) -> QuerySet[Any]:
        rows = KINDS[self.kind].model._default_manager.all()
        # By `id` too: a primary key that is a foreign key takes no number too large.
        seen = rows.visible_to(self.request.user).filter(id=self.kwargs["pk"])
        return seen.select_related("account", "recent_cpu", "owner")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        resource, now = self.object, timezone.now()
        describe([resource], [])
        tiers = getattr(resource, "bytes_by_tier", None) or {}
        return super().get_context_data(
            **resource_summary(resource, self.request.user, now),
            **self._use(now),
            **self._syncs(now),
            **self._lines(),
            admin_url=self._admin_url(),
            list=list_of(self.kind),
            plural=KINDS[self.kind].model._meta.verbose_name_plural,
            facts=facts_of(resource),
            link_label=link_label(resource),
            used_by=list(users_of(resource)),
            tiers=sorted(tiers.items(), key=lambda tier: -tier[1]),
            changes=resource.changes.all(),
            **kwargs,
        )

    def _admin_url(self) -> str:
        """Return its page in the admin; "" for one who may not open that."""
        if not self.request.user.is_staff:
            return ""
        name = f"admin:inventory_{KINDS[self.kind].model._meta.model_name}_change"
        return reverse(name, args=[self.object.pk])

    def _use(self, now: datetime) -> dict[str, Any]:
        """Return how much it was used, where that is measured and may be seen."""
        dataset, user = use_dataset(self.kind), self.request.user
        if dataset is None or not user.has_perm(USE_RIGHTS[dataset]):
            return {}
        window = window_of(self.object, requested_days(self.request), now)
        found: dict[str, Any] = {"panels": use_panels(self.object, window)}
        if not found["panels"] and not is_asked_for(self.object):
            return {}
        if user.has_perm("insights.view_anomaly"):
            anomalies = anomalies_of_resource(self.object, user, window)
            found["marked_anomalies"] = anomalies
            for panel in found["panels"]:
                if panel.name == CPU:
                    panel.chart = marked(panel.chart, anomalies)
        return found | {
            "window": window,
            "ranges": RANGES,
            "use_command": dataset.command,
            "use_not_offered": not_offered(self.object.account, dataset),
        }

    def _lines(self) -> dict[str, Any]:
        """Return where its lines are, if a bill has any and the user may see costs."""
        user = self.request.user
        if not user.has_perm(MONEY) or not with_lines([self.object], user):
            return {}
        return {"line_parameters": line_parameters(self.object)}

    def _syncs(self, now: datetime) -> dict[str, Any]:
        if not self.request.user.has_perm("syncs.view_syncrun"):
            return {}
        runs = runs_that_saw(self.object, self.kind)
        datasets = (KINDS[self.kind].dataset, use_dataset(self.kind))
        return {
            "dataset": datasets[0],
            "runs": runs[:RUNS_SHOWN],
            "first_run": runs.last(),
            "fresh": [
                one
                for one in freshness([self.object.account], now)
                if one.dataset in datasets
            ],
        }


def use_dataset(kind: Kind) -> Dataset | None:
    """Return what reads how much such resources are used; None: nothing does."""
    found = (Dataset(name) for name, one in MEASURED.items() if kind in one.kinds)
    return next(found, None)


def requested_days(request: HttpRequest) -> int:
    """Return how many days to show: one of RANGES."""
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted in map(str, RANGES) else DEFAULT_RANGE


def window_of(resource: Resource, days: int, now: datetime) -> Window:
    """Return the last complete days; of one that is gone, its own last ones."""
    end = now if resource.gone_since is None else resource.gone_since + ONE_DAY
    return last_complete_days(days, min(end, now))


def users_of(resource: Resource) -> Iterator[Resource]:
    """Yield the present disks, addresses and snapshots that name it."""
    for model in (Volume, Address, Snapshot):
        found = model.objects.naming(resource.account_id, resource.resource_id)
        for one in found[:LINKED_SHOWN]:
            if resource.resource_id in one.linked_ids:
                yield one


def runs_that_saw(resource: Resource, kind: Kind) -> QuerySet[SyncRun]:
    """Return the syncs that read its account while it was present, newest first.

    A partial one may lack its region, which its error says.
    """
    return SyncRun.objects.filter(
        account=resource.account_id,
        dataset=KINDS[kind].dataset,
        status__in=SyncRun.GOOD,
        started_at__gte=resource.first_seen_at,
        started_at__lte=resource.last_seen_at,
    ).order_by("-started_at", "-id")
