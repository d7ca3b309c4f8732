"""The filter by owner, for pages and the API."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from core.api.filters import AnyText
from core.api.suggestions import suggestion

# Beside usernames: the user who asks, and what nobody owns.
ME, NOBODY = "me", "none"


def check_owners(names: Sequence[str]) -> None:
    """Raise ValidationError unless each is a username or one of the two words."""
    known = {ME, NOBODY, *User.objects.values_list("username", flat=True)}
    for name in sorted({*names} - known):
        raise ValidationError(
            f'There is no user "{name}".{suggestion(name, known)} Use a username, '
            f"{ME} or {NOBODY}."
        )


class OwnedFilter(filters.FilterSet):
    """What rows that have an owner are filtered by."""

    owner = AnyText(
        method="of_owners",
        validators=[check_owners],
        help_text=f"By username; {ME}: yours; {NOBODY}: what nobody owns.",
    )

    def of_owners(
        self, queryset: QuerySet[Any], name: str, names: Sequence[str]
    ) -> QuerySet[Any]:
        wanted = Q(owner__username__in={*names} - {ME, NOBODY})
        if ME in names and self.request:
            wanted |= Q(owner=self.request.user.pk)
        if NOBODY in names:
            wanted |= Q(owner=None)
        return queryset.filter(wanted)
