"""The admin of accounts: which are read, and how."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import (
    Aggregate,
    Count,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from clouds.access import is_limited
from clouds.models import CloudAccount
from core.admin.columns import Column, linked, list_url, moment, stored_rows, text_link
from syncs.accounts.changes import remove_accounts, save_account
from syncs.accounts.forms import ACCESS, ACTING, SECRETS, SHARED, AccountForm
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.start_messages import start_and_report
from users.audit import actor_of
from users.audited_admin import Admin, DialogForm, dialog_action, page

Action = Callable[[Admin[CloudAccount], HttpRequest, QuerySet[CloudAccount]], None]


class SyncNowForm(DialogForm):
    dataset = forms.ChoiceField(
        choices=[("", "Everything"), *Dataset.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="The cloud bills what its cost and metric APIs are asked.",
    )

    def datasets(self) -> list[Dataset]:
        chosen = self.cleaned_data["dataset"]
        return [Dataset(chosen)] if chosen else list(Dataset)


def sync_action(name: str, description: str, datasets: Sequence[Dataset]) -> Action:
    """Return the action on selected accounts that starts a sync of those datasets."""

    @admin.action(description=description, permissions=["start_sync"])
    def action(
        model_admin: Admin[CloudAccount],
        request: HttpRequest,
        accounts: QuerySet[CloudAccount],
    ) -> None:
        start_and_report(request, list(accounts), datasets, SyncRun.Trigger.ADMIN)

    action.__name__ = name
    return action


SYNC_ACTIONS = [
    sync_action("sync_all", "Sync now: everything", list(Dataset)),
    *(sync_action(one.command, f"Sync now: {one.label}", [one]) for one in Dataset),
]


CREATED = moment("created_at")
# Runs that stored nothing and hold no slot.
FRUITLESS = Q(status__in=[SyncRun.Status.FAILED, SyncRun.Status.ABANDONED])


def counted(title: str, relation: str, value: str, **lookups: object) -> Column:
    """Return the column of an annotated count, linked to the list of its rows."""
    count_of = attrgetter(value)

    @admin.display(description=title, ordering=value)
    def column(row: Model) -> SafeString:
        url = list_url(model_behind(relation), account__id__exact=row.pk, **lookups)
        return text_link(url, f"{count_of(row) or 0:,}")

    column.__name__ = value
    return column


@admin.display(description="last read well", ordering="last_good_at")
def last_read(row: Model) -> SafeString:
    at = attrgetter("last_good_at")(row)
    url = list_url(SyncRun, account__id__exact=row.pk)
    return text_link(url, f"{at:%Y-%m-%d %H:%M} UTC" if at else "never")


def of_each_account(relation: str, value: Aggregate) -> Subquery:
    """Return that value of each account's rows; a join of several would multiply."""
    rows = model_behind(relation)._default_manager.filter(account=OuterRef("pk"))
    per_account = rows.order_by().values("account").annotate(value=value)
    return Subquery(per_account.values("value"))


def model_behind(relation: str) -> type[Model]:
    """Return the model of that relation; this room does not import those below it."""
    return cast("type[Model]", CloudAccount._meta.get_field(relation).related_model)


def shown_setting(name: str) -> Column:
    field = AccountForm.base_fields[name]

    @admin.display(description=field.label or name)
    def line(row: Model) -> SafeString:
        value = attrgetter("settings")(row).get(name)
        return format_html("{}", value or "-")

    line.__name__ = name
    return line


def settings_of(account: CloudAccount | None) -> Iterator[tuple[str, list[str]]]:
    """Yield the groups of settings that its cloud has; of a new account all clouds',
    each name once."""
    shown: set[str] = set()
    for kind in ACCESS:
        if account is not None and kind != account.provider:
            continue
        for title, names in (("Access to", ACCESS[kind]), ("Acting in", ACTING[kind])):
            if new := [name for name in names if name not in shown]:
                shown |= {*new}
                yield f"{title} {kind.label}", new


@admin.register(CloudAccount)
class CloudAccountAdmin(Admin[CloudAccount]):
    form = AccountForm
    records_changes = False  # save_account does
    list_display = (
        "name",
        "account_id",
        "provider",
        "is_enabled",
        linked("payer", ordering="payer__name"),
        counted("resources", "resources", "resources_present", gone_since__isempty=1),
        counted("days of cost", "cost_totals", "days_of_cost"),
        last_read,
    )
    list_filter = ("provider", "is_enabled", "is_payer", "payer")
    search_fields = ("name", "account_id")
    search_help_text = "Part of an account's name or id."
    ordering = ("name", "id")
    autocomplete_fields = ("payer",)
    actions = SYNC_ACTIONS
    actions_detail = ["sync_now"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CloudAccount]:
        present = Count("pk", filter=Q(gone_since=None))
        last_good = Max("finished_at", filter=Q(status__in=SyncRun.GOOD))
        return (
            super()
            .get_queryset(request)
            .annotate(
                resources_present=of_each_account("resources", present),
                days_of_cost=of_each_account(
                    "cost_totals", Count("day", distinct=True)
                ),
                last_good_at=of_each_account("runs", last_good),
            )
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: CloudAccount | None = None
    ) -> list[str]:
        """What is stored was read from this cloud and account id, so both stay."""
        stored = cast("list[str]", [stored_rows, CREATED])
        if obj is None:
            return stored
        # Who does not see the payer could only take it away.
        bill = ["is_payer", "payer"] if is_limited(request.user) else []
        return [*stored, "provider", "account_id", *bill]

    def get_fieldsets(
        self, request: HttpRequest, obj: CloudAccount | None = None
    ) -> Any:
        """Show only settings that its cloud has; secrets only to change them."""
        return [
            (None, {"fields": (("name", "is_enabled"), ("provider", "account_id"))}),
            *(
                (title, {"fields": self._settings(request, obj, names)})
                for title, names in settings_of(obj)
            ),
            (
                "Bill",
                {
                    "fields": [
                        ("is_payer", "payer"),
                        *self._settings(request, obj, SHARED),
                    ]
                },
            ),
            ("Stored", {"fields": page(stored_rows, CREATED)}),
        ]

    def _settings(
        self, request: HttpRequest, obj: CloudAccount | None, names: Sequence[str]
    ) -> list[Any]:
        if obj is None or self.has_change_permission(request, obj):
            return [*names]
        return [shown_setting(name) for name in names if name not in SECRETS]

    def save_model(
        self, request: HttpRequest, obj: CloudAccount, form: Any, change: bool
    ) -> None:
        save_account(obj, actor_of(request))

    def delete_model(self, request: HttpRequest, obj: CloudAccount) -> None:
        remove_accounts(CloudAccount.objects.filter(pk=obj.pk))

    def has_start_sync_permission(
        self, request: HttpRequest, obj: object = None
    ) -> bool:
        return request.user.has_perm("syncs.start_sync")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Users who see only some accounts would not see the one that they add."""
        return super().has_add_permission(request) and not is_limited(request.user)

    def has_delete_permission(
        self, request: HttpRequest, obj: CloudAccount | None = None
    ) -> bool:
        """Only an account without stored history."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.runs.exclude(FRUITLESS).exists()

    def get_deleted_objects(
        self,
        objs: Sequence[CloudAccount] | QuerySet[CloudAccount],
        request: HttpRequest,
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Its failed runs are deleted with it, although no user may delete a run."""
        rows, counts, _, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set(), protected

    @dialog_action(
        description="Sync now",
        permissions=["start_sync"],
        icon="sync",
        dialog={
            "title": "Sync now",
            "description": "It starts at once, beside the schedule.",
            "form_class": SyncNowForm,
            "form_submit_text": "Start",
        },
    )
    def sync_now(
        self, request: HttpRequest, form: SyncNowForm, object_id: str
    ) -> HttpResponse:
        account = get_object_or_404(self.get_queryset(request), pk=object_id)
        trigger = SyncRun.Trigger.ADMIN
        start_and_report(request, [account], form.datasets(), trigger)
        url = reverse("admin:clouds_cloudaccount_change", args=[account.pk])
        return HttpResponse(headers={"HX-Redirect": url})
