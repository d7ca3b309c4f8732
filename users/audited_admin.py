"""What the admin of every app shares: its look, and data that only syncs write.

unfold carries no types, so Django's own admin stands in for it under a type checker.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
    RangeNumericFilter,
)

from clouds.access import AccountScopedQuerySet, is_limited
from core.admin.autocomplete import Picker
from core.admin.change_list import StrictChangeList
from core.admin.columns import linked
from core.admin.counted_pages import CountedPages
from core.api.json import Decoder
from users.audit import record
from users.changes import changes_of

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline

    F = TypeVar("F", bound=Callable[..., object])

    class DialogForm(forms.Form):
        cleaned_data: dict[str, str]

    class DropdownFilter(admin.SimpleListFilter): ...

    def dialog_action(
        *,
        description: str,
        permissions: list[str],
        icon: str,
        dialog: Mapping[str, object],
    ) -> Callable[[F], F]: ...

else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.contrib.filters.admin import DropdownFilter  # noqa: F401
    from unfold.decorators import action as dialog_action  # noqa: F401
    from unfold.forms import BaseDialogForm as DialogForm  # noqa: F401


ACCOUNT = linked("account", ordering="account__name")


class SeenFilter(AutocompleteSelectFilter):  # type: ignore[misc]
    """A picker that names only rows that one may see, whatever the address says."""

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for choice in super().choices(changelist):
            field = choice["form"].fields[self.lookup_kwarg]
            field.queryset = seen(field.queryset.all(), self.request)
            yield choice


# Of the column's own type, the first that fits.
FILTERS: Mapping[type, Any] = {
    models.ForeignKey: SeenFilter,
    models.ManyToManyField: SeenFilter,
    models.BooleanField: BooleanRadioFilter,
    models.DateTimeField: RangeDateTimeFilter,
    models.DateField: RangeDateFilter,
    models.FloatField: RangeNumericFilter,
    models.Field: FieldTextFilter,
}


def filter_by(model: type[Model], path: str) -> tuple[str, Any]:
    """Return the filter of a list by a column that is named without one."""
    column: Any = get_fields_from_path(model, path)[-1]
    if column.choices:
        return path, ChoicesDropdownFilter
    return path, next(FILTERS[kind] for kind in FILTERS if isinstance(column, kind))


def seen(rows: QuerySet[P], request: HttpRequest) -> QuerySet[P]:
    """Only those of accounts that the user may see; rows of no account are all seen."""
    if isinstance(rows, AccountScopedQuerySet):
        return cast("QuerySet[P]", rows.visible_to(request.user))
    return rows


class Admin(ModelAdmin[M]):
    """Show and offer only rows of accounts that the user may see; audit changes."""

    list_per_page = 50
    # A second COUNT of the whole table, only to say "10 of 1,000,000".
    show_full_result_count = False
    # Counts beside each choice of each filter: an aggregate over the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    # Python's own reader of JSON fails at a number of thousands of digits.
    formfield_overrides: ClassVar[Any] = {models.JSONField: {"decoder": Decoder}}
    # The form of the pages, which takes the user: it limits what can be chosen.
    user_form: Any = None
    # Not so where the function that saves a row records what it changes.
    records_changes = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        return seen(super().get_queryset(request), request)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [
            filter_by(self.model, one) if isinstance(one, str) else one
            for one in super().get_list_filter(request)
        ]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """Return the rows that columns are named after, and those that a class adds."""
        columns = self.get_list_display(request)
        named = {getattr(one, "__name__", one) for one in columns}
        keys = (field.name for field in self.opts.fields if field.many_to_one)
        added = cast("Sequence[str]", self.list_select_related or ())
        return [*(key for key in keys if key in named), *added]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        rows = kwargs.get(
            "queryset", db_field.remote_field.model._default_manager.all()
        )
        kwargs["queryset"] = seen(rows, request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Picker(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if self.user_form is not None:
            kwargs["form"] = of_user(self.user_form, request.user)
        return super().get_form(request, obj, change, **kwargs)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's, and each value before and after, for the audit trail."""
        message = super().construct_change_message(request, form, formsets, add)
        values = changes_of(form, is_new=add)
        for formset in formsets or ():
            for inline in formset.forms:
                if inline.has_changed():
                    values |= changes_of(inline)
        return [*message, {"values": values}] if values else message

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        if self.records_changes:
            record(request, f"{obj._meta.model_name}.add", obj, **_values_in(message))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        if self.records_changes:
            action = f"{obj._meta.model_name}.change"
            record(request, action, obj, **_values_in(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            record(request, f"{obj._meta.model_name}.delete", obj)
        return super().log_deletions(request, queryset)

    def get_changelist(
        self, request: HttpRequest, **kwargs: object
    ) -> type[StrictChangeList]:
        return StrictChangeList


def of_user(form: Any, user: Any) -> Any:
    """Return the form with its user, as Django makes one without."""

    class FormOfUser(form):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(user, *args, **kwargs)

    return FormOfUser


def _values_in(message: object) -> dict[str, Any]:
    """Return what `construct_change_message` added last."""
    last = message[-1] if isinstance(message, list) and message else {}
    values: dict[str, Any] = last.get("values", {})
    return values


class UnlimitedUsersAdmin(Admin[M]):
    """Closed to users who are limited to some accounts."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and not is_limited(request.user)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        allowed = super().has_view_permission(request, obj)
        return allowed and not is_limited(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not is_limited(request.user)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and not is_limited(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and not is_limited(request.user)


class FollowedAdmin(UnlimitedUsersAdmin[M]):
    """What decides over every account; something follows from each change."""

    def follow(self) -> None:
        raise NotImplementedError

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        self.follow()

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        super().delete_model(request, obj)
        self.follow()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        super().delete_queryset(request, queryset)
        self.follow()


def always(admin: object, request: HttpRequest, obj: Any = None) -> bool:
    """Allow it, whatever the user's permissions are."""
    return True


def never(admin: object, request: HttpRequest, obj: Any = None) -> bool:
    """Refuse it, whatever the user's permissions are."""
    return False


class ReadOnlyAdmin(Admin[M]):
    """What only a sync writes: anybody with the permission to view it can look."""

    paginator = CountedPages
    has_change_permission = has_delete_permission = never

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class ReadOnlyInline(TabularInline[M, P]):
    """Rows of another row, on its page: whoever may view that one sees these."""

    extra = 0
    can_delete = False
    # Its columns say what it is; unfold would repeat its name above each row.
    hide_title = True
    has_view_permission = always
    has_add_permission = has_change_permission = never


def page(*lines: object) -> tuple[str | tuple[str, ...], ...]:
    """The lines of a row's own page: fields and columns, several to a line in a tuple.

    Django takes functions here as it does in lists; its stubs allow names only.
    """
    return cast("tuple[str | tuple[str, ...], ...]", lines)
