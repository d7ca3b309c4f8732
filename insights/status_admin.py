"""The admin of rows that a refresh computes, and whose status users change."""

from typing import Any, TypeVar, cast

from django import forms
from django.contrib.admin.utils import flatten
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from insights.transitions import InvalidTransition, change_status, check_transition
from users.audited_admin import Admin, ReadOnlyInline

M = TypeVar("M", bound=Model)


class AuditedAdmin(Admin[M]):
    """An admin whose writes go through functions that keep the audit log themselves."""

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        return super(Admin, self).log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        return super(Admin, self).log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[M]) -> Any:
        return super(Admin, self).log_deletions(request, queryset)


class StatusForm(forms.ModelForm[Any]):
    """A new status for the version that was shown; the rest is computed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            row = self.instance
            statuses = [row.Status(row.status), *row.next_statuses()]
            field = cast("forms.ChoiceField", self.fields["status"])
            field.choices = [(status.value, status.label) for status in statuses]

    def clean(self) -> dict[str, Any]:
        """Check the transition; the row stays locked until the admin has saved it."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        rows = type(self.instance)._default_manager.select_for_update()
        stored = rows.get(pk=self.instance.pk)
        try:
            check_transition(stored, data["status"], data["version"], data["note"])
        except InvalidTransition as error:
            raise forms.ValidationError(str(error)) from None
        return data


class StatusAdmin(AuditedAdmin[Any]):
    """All is read-only but the status."""

    form = StatusForm
    # The computed fields, in lines as `page` takes them.
    computed: tuple[Any, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may_change = self.has_change_permission(request, obj)
        own = ("status", "note", "version") if may_change else ("status",)
        return [*own, *self.computed]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        computed = flatten(self.computed)
        if self.has_change_permission(request, obj):
            return computed
        return ["status", *computed]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        row = type(obj)._default_manager.get(pk=obj.pk)
        change_status(row, now=timezone.now(), request=request, **form.cleaned_data)


class ChangeInline(ReadOnlyInline[Any, Any]):
    """The history of a status."""

    fields = readonly_fields = (
        *("at", "user_name", "old_status", "new_status", "note"),
    )
