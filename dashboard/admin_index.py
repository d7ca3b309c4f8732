"""The admin's first page: what needs attention, latest runs, and the audit log."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from clouds.models import CloudAccount
from core.admin.columns import label, list_url
from core.windows import last_complete_days
from costs.models import CostTotal
from inventory.models import Resource
from syncs.models import Incident, SyncRun
from syncs.runs.admin import status
from syncs.runs.freshness import DatasetFreshness, State, freshness, per_dataset
from users.models import AuditEntry, SavedView

SHOWN = 8
RECONCILED_DAYS = 30
FAILED_WITHIN = timedelta(days=1)
LABELS = {"danger": "urgent", "warning": "check"}
BAD = {State.FAILING, State.STALE, State.PARTIAL, State.NEVER}
STATE_KINDS = {
    State.OK: "success",
    State.LATE: "warning",
    State.PARTIAL: "warning",
    State.STALE: "danger",
    State.FAILING: "danger",
    State.NEVER: "",
}


def index_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the user may see; unfold calls it (DASHBOARD_CALLBACK)."""
    user = request.user
    datasets: Sequence[DatasetFreshness] = ()
    if user.has_perm("syncs.view_syncrun"):
        accounts = list(CloudAccount.objects.visible_to(user).enabled())
        datasets = per_dataset(freshness(accounts, timezone.now()))
        runs = SyncRun.objects.visible_to(user).select_related("account")
        context |= {
            "freshness": [
                (
                    one.dataset.label,
                    [(label(s.word, STATE_KINDS[s]), count) for s, count in one.counts],
                )
                for one in datasets
            ],
            "runs": [(run, status(run)) for run in runs[:SHOWN]],
            "runs_url": list_url(SyncRun),
        }
    if user.has_perm("inventory.view_instance"):
        instances = Resource.objects.visible_to(user).filter(
            kind=Resource.Kind.INSTANCE
        )
        context["instances"] = instances.present().count_per_state()
    if user.has_perm("users.view_auditentry"):
        entries = AuditEntry.objects.order_by("-at", "-id")[:SHOWN]
        context |= {"entries": entries, "audit_url": list_url(AuditEntry)}
    context["saved_views"] = SavedView.objects.filter(user=user.pk)
    context["needs_attention"] = [
        (label(LABELS[kind], kind), sentence, url)
        for kind, sentence, url in needs_attention(request, datasets)
    ]
    return context


def needs_attention(
    request: HttpRequest, datasets: Sequence[DatasetFreshness]
) -> Iterator[tuple[str, str, str]]:
    """Yield (kind of label, sentence, URL to resolve it), the most urgent first."""
    user, now = request.user, timezone.now()
    if user.has_perm("syncs.view_incident"):
        incidents = Incident.objects.visible_to(user).open()
        for incident in incidents.select_related("account")[:SHOWN]:
            url = list_url(SyncRun, account__id__exact=incident.account_id)
            yield "danger", incident.sentence, url
    for one in datasets:
        if late := sum(count for state, count in one.counts if state in BAD):
            text = f"{one.dataset.label}: {late:,} of {one.accounts:,} accounts "
            yield "warning", text + "are not up to date.", reverse("syncs")
    if user.has_perm("syncs.view_syncrun"):
        failed = SyncRun.objects.visible_to(user).filter(
            status=SyncRun.Status.FAILED, started_at__gte=now - FAILED_WITHIN
        )
        if count := failed.count():
            url = list_url(SyncRun, status__exact="failed")
            yield "warning", f"Failed runs in the last 24 hours: {count:,}.", url
    if user.has_perm("costs.view_costtotal"):
        days = CostTotal.objects.visible_to(user).counted()
        window = last_complete_days(RECONCILED_DAYS, now)
        if count := days.in_window(window).unreconciled().count():
            text = f"Unreconciled days in the last {RECONCILED_DAYS} days: "
            yield "danger", f"{text}{count:,}.", reverse("costs")
