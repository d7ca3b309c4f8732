"""The admin of accounts, which are configuration: the one thing here that is edited."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import (
    Aggregate,
    Count,
    JSONField,
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
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
)
from unfold.widgets import UnfoldAdminPasswordWidget as PasswordWidget
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea

from people.limits import is_limited
from syncs.accounts import remove_accounts, save_account
from syncs.columns import Column, linked, list_url, moment, stored_rows, text_link
from syncs.models import CloudAccount, SyncRun
from syncs.readonly import Admin, dialog_action, page
from syncs.sync_now import SYNC_ACTIONS, SyncNowForm, start_syncs

CREATED = moment("created_at")
# Runs that stored nothing and hold no slot.
FRUITLESS = Q(status__in=[SyncRun.Status.FAILED, SyncRun.Status.ABANDONED])


def counted(title: str, relation: str, value: str, **lookups: object) -> Column:
    """The column of an annotated count, with a link to the list of what it counts."""
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
    """That value over the rows of each account; a join of several would multiply."""
    rows = model_behind(relation)._default_manager.filter(account=OuterRef("pk"))
    per_account = rows.order_by().values("account").annotate(value=value)
    return Subquery(per_account.values("value"))


def model_behind(relation: str) -> type[Model]:
    """What points to an account by that name; syncs does not import its readers."""
    return cast("type[Model]", CloudAccount._meta.get_field(relation).related_model)


def _without_secret(fields: Any) -> tuple[Any, ...]:
    """The fields, which may be tuples side by side, without the external ID."""
    return tuple(
        _without_secret(one) if isinstance(one, tuple) else one
        for one in fields
        if one != "external_id"
    )


class ListField(forms.JSONField):
    """A JSON list, for which an empty field is an empty list."""

    def clean(self, value: object) -> object:
        return super().clean(value) or []


class AccountForm(forms.ModelForm[CloudAccount]):
    def clean_external_id(self) -> str:
        """One that is left empty stays as it is: it is never shown."""
        given: str = self.cleaned_data["external_id"]
        return given or self.initial.get("external_id", "")


@admin.register(CloudAccount)
class CloudAccountAdmin(Admin[CloudAccount]):
    form = AccountForm
    list_display = (
        "name",
        "account_id",
        "provider",
        "is_enabled",
        linked("payer", ordering="payer__name"),
        counted("instances", "instances", "instances_present", gone_since__isempty=1),
        counted("days of cost", "cost_totals", "days_of_cost"),
        last_read,
    )
    list_select_related = ("payer",)
    list_filter = (
        ("provider", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
        ("is_payer", BooleanRadioFilter),
        ("payer", AutocompleteSelectFilter),
    )
    search_fields = ("name", "account_id")
    search_help_text = "Part of an account's name or id."
    ordering = ("name", "id")
    autocomplete_fields = ("payer",)
    formfield_overrides = {
        JSONField: {"form_class": ListField, "widget": Textarea(attrs={"rows": 2})}
    }
    actions = SYNC_ACTIONS
    actions_detail = ["sync_now"]
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"), ("provider", "account_id"))}),
        ("Access", {"fields": (("role_arn", "external_id"), "regions")}),
        ("Bill", {"fields": (("is_payer", "payer"),)}),
        ("Stored", {"fields": page(stored_rows, CREATED)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[CloudAccount]:
        present = Count("pk", filter=Q(gone_since=None))
        last_good = Max("finished_at", filter=Q(status__in=SyncRun.GOOD))
        return (
            super()
            .get_queryset(request)
            .annotate(
                instances_present=of_each_account("instances", present),
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
        """Who may only look does not see the external ID, which is a secret."""
        if self.has_change_permission(request, obj) or obj is None:
            return self.fieldsets
        return [
            (name, {"fields": _without_secret(options["fields"])})
            for name, options in self.fieldsets
        ]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "external_id":
            kwargs["widget"] = PasswordWidget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: CloudAccount, form: Any, change: bool
    ) -> None:
        save_account(obj)

    def delete_model(self, request: HttpRequest, obj: CloudAccount) -> None:
        remove_accounts(CloudAccount.objects.filter(pk=obj.pk))

    def has_start_sync_permission(
        self, request: HttpRequest, obj: object = None
    ) -> bool:
        return request.user.has_perm("syncs.start_sync")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who sees only some accounts would not see the one that he adds."""
        return super().has_add_permission(request) and not is_limited(request.user)

    def has_delete_permission(
        self, request: HttpRequest, obj: CloudAccount | None = None
    ) -> bool:
        """Only an account of which nothing was read; of others, history is kept."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.runs.exclude(FRUITLESS).exists()

    def get_deleted_objects(
        self,
        objs: Sequence[CloudAccount] | QuerySet[CloudAccount],
        request: HttpRequest,
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Its failed runs go with it, although nobody may delete a run by itself."""
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
        start_syncs(request, [account], form.datasets())
        url = reverse("admin:syncs_cloudaccount_change", args=[account.pk])
        return HttpResponse(headers={"HX-Redirect": url})
