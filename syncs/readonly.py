"""What the admin of every app shares: its look, and data that only syncs write.

unfold carries no types, so Django's own admin stands in for it under a type checker.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from syncs.date_hierarchy import DatedList

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


class Admin(ModelAdmin[M]):
    """One look for every list: paged, filtered at a button, counted only once."""

    list_per_page = 50
    # A second COUNT of the whole table, only to say "10 of 1,000,000".
    show_full_result_count = False
    # Counts beside each choice of each filter: an aggregate over the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[DatedList]:
        return DatedList


class ReadOnlyAdmin(Admin[M]):
    """What only a sync writes: anybody with the permission to view it can look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class ReadOnlyInline(TabularInline[M, P]):
    """Rows of another row, on its page: whoever may view that one sees these."""

    extra = 0
    can_delete = False
    # Its columns say what it is; unfold would repeat its name above each row.
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False


def page(*lines: object) -> tuple[str | tuple[str, ...], ...]:
    """The lines of a row's own page: fields and columns, several to a line in a tuple.

    Django takes functions here as it does in lists; its stubs allow names only.
    """
    return cast("tuple[str | tuple[str, ...], ...]", lines)
