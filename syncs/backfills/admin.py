"""The admin of backfills: proposed here with their price, then started and watched."""

from collections.abc import Callable
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from core.admin.columns import NOTHING, label, moment, text_link, unbroken
from core.money import for_reading
from syncs.backfills.forms import ProposalForm
from syncs.backfills.querysets import BackfillQuerySet
from syncs.backfills.views import change_and_report
from syncs.models import Backfill, BackfillWindow
from users.audit import actor_of
from users.audited_admin import (
    ACCOUNT,
    Admin,
    DialogForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    dialog_action,
    page,
)

ListAction = Callable[[Admin[Backfill], HttpRequest, QuerySet[Backfill]], None]
PageAction = Callable[[Admin[Backfill], HttpRequest, DialogForm, str], HttpResponse]


def list_action(name: str, description: str) -> ListAction:
    @admin.action(description=description, permissions=["start_backfill"])
    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        backfills: QuerySet[Backfill],
    ) -> None:
        for backfill in backfills:
            change_and_report(request, backfill, name)

    action.__name__ = f"{name}_selected"
    return action


def page_action(name: str, title: str, description: str, icon: str) -> PageAction:
    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        form: DialogForm,
        object_id: str,
    ) -> HttpResponse:
        seen = Backfill.objects.visible_to(request.user)
        backfill = get_object_or_404(seen, pk=object_id)
        change_and_report(request, backfill, name)
        url = reverse("admin:syncs_backfill_change", args=[backfill.pk])
        return HttpResponse(headers={"HX-Redirect": url})

    action.__name__ = f"{name}_here"
    return dialog_action(
        description=title,
        permissions=["start_backfill"],
        icon=icon,
        dialog={
            "title": f"{title}?",
            "description": description,
            "form_class": DialogForm,
            "form_submit_text": title,
        },
    )(action)


STATUS_KINDS: dict[str, str] = {
    Backfill.Status.PROPOSED: "warning",
    Backfill.Status.RUNNING: "info",
    BackfillWindow.Status.ACTIVE: "info",
    Backfill.Status.SUCCEEDED: "success",
    Backfill.Status.FAILED: "danger",
}


@admin.display(description="status", ordering="status")
def status(row: Backfill | BackfillWindow) -> SafeString:
    return label(row.get_status_display(), STATUS_KINDS.get(row.status, ""))


@admin.display(description="days", ordering="start")
def days(row: Backfill | BackfillWindow) -> SafeString:
    return unbroken(str(row.window))


@admin.display(description="windows read")
def progress(backfill: Backfill) -> str:
    failed = backfill.windows_failed
    read = f"{backfill.windows_read:,} of {backfill.windows_total:,}"
    return f"{read}, {failed:,} failed" if failed else read


@admin.display(description="estimated cost", ordering="estimated_usd")
def price(backfill: Backfill) -> str:
    return for_reading(backfill.estimated_usd, "USD", exact=True)


@admin.display(description="newest run")
def newest_run(part: BackfillWindow) -> SafeString:
    run = next(iter(part.runs.all()), None)
    if run is None:
        return NOTHING
    url = reverse("admin:syncs_syncrun_change", args=[run.pk])
    return text_link(url, f"run {run.pk}")


COLUMNS = (days, status, "attempts", moment("due_at"), newest_run, "error")


class WindowInline(ReadOnlyInline[BackfillWindow, Backfill]):
    model = BackfillWindow
    fields = readonly_fields = cast("tuple[str, ...]", COLUMNS)
    ordering = ("-start",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackfillWindow]:
        found = super().get_queryset(request)
        return found.prefetch_related("runs")


class BackfillForm(ProposalForm):
    # unfold takes a posted "dataset" for a table of its own.
    prefix = "backfill"


@admin.register(Backfill)
class BackfillAdmin(ReadOnlyAdmin[Backfill]):
    """It is proposed here, and read-only from then on."""

    form = BackfillForm
    list_display = (
        moment("created_at"),
        ACCOUNT,
        "dataset",
        days,
        status,
        progress,
        price,
        "created_by",
    )
    list_filter = ("account", "dataset", "status")
    search_fields = ("account__name", "account__account_id")
    search_help_text = "Part of an account's name or id."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("account",)
    actions = [
        list_action("start", "Start or resume"),
        list_action("pause", "Pause"),
        list_action("cancel", "Cancel"),
    ]
    actions_detail = ["start_here", "pause_here", "cancel_here"]
    start_here = page_action(
        "start",
        "Start",
        "Its windows are read by the workers, at about the price that is shown.",
        "play_arrow",
    )
    pause_here = page_action(
        "pause", "Pause", "No further window begins; those at work end.", "pause"
    )
    cancel_here = page_action(
        "cancel", "Cancel", "No further window begins; what is stored stays.", "cancel"
    )
    fieldsets = (
        (
            None,
            {"fields": page(("account", "dataset"), (days, status), (progress, price))},
        ),
        (
            "When and by whom",
            {
                "fields": page(
                    (moment("created_at"), "created_by"), moment("finished_at")
                )
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (("account", "dataset"), ("start", "end")),
                "description": "Nothing is read yet: the next page shows what it will "
                "cost, and starts it.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backfill]:
        found = cast("BackfillQuerySet", super().get_queryset(request))
        return found.with_progress()

    def get_inlines(
        self, request: HttpRequest, obj: Backfill | None
    ) -> tuple[type[WindowInline], ...]:
        return (WindowInline,) if obj else ()

    def has_start_backfill_permission(
        self, request: HttpRequest, obj: object = None
    ) -> bool:
        return request.user.has_perm("syncs.start_backfill")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_start_backfill_permission(request)

    def save_form(
        self, request: HttpRequest, form: ModelForm[Backfill], change: bool
    ) -> Backfill:
        """Propose it, with its windows and its price."""
        return cast("ProposalForm", form).propose(actor_of(request), timezone.now())

    def save_model(self, *args: object) -> None:
        """It was saved when it was proposed, as were its windows."""

    def save_related(self, *args: object) -> None:
        """See above."""

    def response_add(
        self, request: HttpRequest, obj: Backfill, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.info(
            request,
            f"It will cost about {price(obj)}. Nothing is read before it is started.",
        )
        return HttpResponseRedirect(
            reverse("admin:syncs_backfill_change", args=[obj.pk])
        )
