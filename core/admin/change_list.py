"""The list of a model in the admin: filtered by what its page offers, and only so.

Django lets an address filter by any column of the model and of some relations. Whoever
sees the list could then guess, letter by letter, what no page shows them.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.admin.date_hierarchy import DateHierarchy

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

# What the value of a filter leads to where it is too large, or of another type.
IMPOSSIBLE = (
    DataError,
    IncorrectLookupParameters,
    OverflowError,
    TypeError,
    ValidationError,
    ValueError,
)


class StrictChangeList(ChangeList):
    """A list whose address is refused where its page offers no such filter or value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(*args, **kwargs)
        except IMPOSSIBLE as error:
            raise BadRequest(
                "A filter or a page number of this address does not fit the list. Open "
                "the list without it."
            ) from error
        # Nobody but the date hierarchy uses this queryset after the page is read.
        self.queryset = cast("QuerySet[Model]", DateHierarchy(self.queryset))

    def get_filters(self, request: HttpRequest) -> Any:
        """Return Django's, which leaves in `[2]` what no filter of the page takes."""
        try:
            found = super().get_filters(request)
        except DisallowedModelAdminLookup as error:
            raise BadRequest("This list has no such filter.") from error
        for lookup in found[2].keys() - self.links():
            raise BadRequest(f"This list has no filter {lookup}.")
        return found

    def links(self) -> set[str]:
        """Return what links filter by: the date, the key of what rows belong to."""
        dates = {f"{self.date_hierarchy}__{end}" for end in ("gte", "lt")}
        columns = self.lookup_opts.concrete_fields
        keys = {f"{one.name}__id__exact" for one in columns if one.is_relation}
        return dates | keys
