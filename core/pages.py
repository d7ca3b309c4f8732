"""Pages of rows: those that their user may see, filtered, page by page."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import EmptyPage, Paginator
from django.http import HttpRequest
from django_filters.views import FilterView


class ListPages(Paginator[Any]):
    """A number past the end shows the last page: the list may have become shorter."""

    def validate_number(self, number: Any) -> int:
        try:
            return super().validate_number(number)
        except EmptyPage:
            return self.num_pages


class VisibleRowsMixin(PermissionRequiredMixin):
    """Show only what the user may see; each QuerySet knows whose its rows are."""

    request: HttpRequest

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()  # type: ignore[misc]
        return rows.visible_to(self.request.user)


class FilteredPage(VisibleRowsMixin, FilterView):
    """A list by its filters, of which a wrong value is refused."""

    paginate_by = 25
    paginator_class: type[Paginator[Any]] = ListPages

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        """Bound even where nothing is chosen."""
        kwargs: dict[str, Any] = super().get_filterset_kwargs(filterset_class)
        return kwargs | {"data": self.request.GET}
