"""The admin of runs and watermarks: what syncs leave behind."""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from core.admin.columns import (
    change_link,
    day,
    label,
    moment,
    pairs,
    stored_rows,
    unbroken,
)
from core.money import for_reading
from syncs.models import SyncRun, Watermark
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page

STATUS_KINDS: dict[str, str] = {
    SyncRun.Status.RUNNING: "info",
    SyncRun.Status.SUCCEEDED: "success",
    SyncRun.Status.PARTIAL: "warning",
    SyncRun.Status.FAILED: "danger",
    SyncRun.Status.ABANDONED: "danger",
}


@admin.display(description="status", ordering="status")
def status(run: SyncRun) -> SafeString:
    return label(run.get_status_display(), STATUS_KINDS.get(run.status, ""))


@admin.display(description="window", ordering="start")
def window(run: SyncRun) -> SafeString:
    return unbroken(str(run.window or "-"))


@admin.display(description="duration")
def duration(run: SyncRun) -> str:
    """Return whole seconds; of a running one, up to its last heartbeat."""
    return str(timedelta(seconds=round(run.elapsed.total_seconds())))


@admin.display(description="API cost", ordering="api_cost_usd")
def api_cost(run: SyncRun) -> str:
    return for_reading(run.api_cost_usd, "USD", exact=True)


@admin.display(description="error")
def error_in_short(run: SyncRun) -> str:
    return Truncator(run.error).chars(70) or run.progress or "-"


@admin.display(description="error")
def error(run: SyncRun) -> str:
    return run.error or "-"


@admin.display(description="backfill")
def backfill(run: SyncRun) -> SafeString:
    return change_link(run.backfill_window and run.backfill_window.backfill)


@admin.display(description="requests by operation")
def requests_by_operation(run: SyncRun) -> SafeString:
    return pairs(run.requests_by_operation)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin[SyncRun]):
    list_display = (
        moment("started_at"),
        ACCOUNT,
        "dataset",
        status,
        window,
        "rows",
        api_cost,
        duration,
        "trigger",
        "attempt",
        error_in_short,
    )
    list_filter = ("account", "dataset", "status", "trigger")
    search_fields = ("account__name", "account__account_id", "error")
    search_help_text = "Part of an account's name or id, or of an error."
    date_hierarchy = "started_at"
    ordering = ("-started_at", "-id")
    fieldsets = (
        (
            None,
            {"fields": page(("account", "dataset"), (status, window), error)},
        ),
        (
            "When and by whom",
            {
                "fields": page(
                    (moment("queued_at"), moment("started_at")),
                    (moment("finished_at"), duration),
                    (moment("heartbeat_at"), "progress"),
                    ("trigger", "started_by"),
                    (backfill, "attempt"),
                    "held_by",
                )
            },
        ),
        (
            "What it read",
            {
                "fields": page(
                    ("rows", "requests", api_cost),
                    requests_by_operation,
                    stored_rows,
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        """Lists and pickers name a run by its account."""
        found = super().get_queryset(request)
        return found.select_related("account", "backfill_window__backfill__account")


@admin.register(Watermark)
class WatermarkAdmin(ReadOnlyAdmin[Watermark]):
    """Deleting one makes the next sync read the whole window again; data stays.

    Cost windows are replaced and metrics are upserted, so nothing is stored twice. One
    at a time, since the cloud bills it, and never while a run is active, which would
    write it again.
    """

    list_display = (
        day("read_until"),
        ACCOUNT,
        "dataset",
        "region",
        moment("updated_at"),
    )
    list_filter = ("account", "dataset")
    search_fields = ("account__name", "account__account_id")
    search_help_text = "Part of an account's name or id."
    date_hierarchy = "read_until"
    ordering = ("account_id", "dataset", "region")
    fields = page(
        *("account", ("dataset", "region"), day("read_until"), moment("updated_at"))
    )
    actions = None

    def has_delete_permission(
        self, request: HttpRequest, obj: Watermark | None = None
    ) -> bool:
        allowed = request.user.has_perm("syncs.delete_watermark")
        if not allowed or obj is None:
            return allowed
        runs = SyncRun.objects.filter(account=obj.account_id, dataset=obj.dataset)
        return not runs.active().exists()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: object = None
    ) -> HttpResponse:
        if request.method == "GET":
            messages.warning(
                request,
                "No data is deleted. The next sync reads as far back as a first one "
                f"does ({settings.COST_FIRST_SYNC_DAYS} days of costs, "
                f"{settings.CPU_FIRST_SYNC_DAYS} of metrics), and the cloud bills it.",
            )
        return super().delete_view(request, object_id)
