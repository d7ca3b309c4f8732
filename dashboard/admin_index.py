"""The admin's first page: what needs attention, latest runs, and the audit log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from clouds.models import CloudAccount
from core.admin.columns import label, list_url
from core.windows import last_complete_days
from costs.models import CostTotal
from inventory.models import Resource
from syncs.models import Incident, SyncRun
from syncs.runs.admin import status
from syncs.runs.freshness import DatasetFreshness, State, freshness, per_dataset
from users.models import AuditEntry, SavedLink

SHOWN = 8
RECONCILED_DAYS = 30
FAILED_WITHIN = timedelta(days=1)
BAD = {State.FAILING, State.STALE, State.PARTIAL, State.NEVER}
STATE_KINDS = {
    State.OK: "success",
    State.LATE: "warning",
    State.PARTIAL: "warning",
    State.STALE: "danger",
    State.FAILING: "danger",
    State.NEVER: "",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs attention, and the page to resolve it on."""

    kind: str
    sentence: str
    url: str

    @property
    def urgency(self) -> str:
        return "urgent" if self.kind == "danger" else "check"


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's callback: add what the user may see to the context."""
    user, now = request.user, timezone.now()
    runs = SyncRun.objects.visible_to(user).select_related("account")
    found: Sequence[DatasetFreshness] = ()
    if user.has_perm("syncs.view_syncrun"):
        accounts = list(CloudAccount.objects.visible_to(user).enabled())
        found = per_dataset(freshness(accounts, now))
        context |= {
            "standing": [(line.dataset.label, list(badges(line))) for line in found],
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
    context["saved_links"] = SavedLink.objects.filter(user=user.pk)
    context["matters"] = [
        (matter, label(matter.urgency, matter.kind))
        for matter in matters(request, found)
    ]
    return context


def badges(line: DatasetFreshness) -> Iterator[tuple[SafeString, int]]:
    """Return each freshness state as a badge, with its number of accounts."""
    for state, count in line.counts:
        yield label(state.word, STATE_KINDS[state]), count


def matters(
    request: HttpRequest, standing: Sequence[DatasetFreshness]
) -> Iterator[Matter]:
    """Yield what needs attention, the most urgent first."""
    user, now = request.user, timezone.now()
    if user.has_perm("syncs.view_incident"):
        found = Incident.objects.visible_to(user).open()
        for incident in found.select_related("account")[:SHOWN]:
            url = list_url(SyncRun, account__id__exact=incident.account_id)
            yield Matter("danger", incident.sentence, url)
    for line in standing:
        late = sum(count for state, count in line.counts if state in BAD)
        if late:
            text = f"{line.dataset.label}: {late:,} of {line.accounts:,} accounts "
            yield Matter("warning", text + "are not up to date.", reverse("syncs"))
    if user.has_perm("syncs.view_syncrun"):
        failed = SyncRun.objects.visible_to(user).filter(
            status=SyncRun.Status.FAILED, started_at__gte=now - FAILED_WITHIN
        )
        if count := failed.count():
            url = list_url(SyncRun, status__exact="failed")
            yield Matter(
                "warning", f"Failed runs in the last 24 hours: {count:,}.", url
            )
    if user.has_perm("costs.view_costtotal"):
        days = CostTotal.objects.visible_to(user).counted()
        window = last_complete_days(RECONCILED_DAYS, now)
        if count := days.in_window(window).unreconciled().count():
            text = f"Unreconciled days in the last {RECONCILED_DAYS} days: "
            yield Matter("danger", f"{text}{count:,}.", reverse("costs"))
