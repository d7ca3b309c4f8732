"""Rows of the installation, which serves all accounts together."""

from typing import Any, Self

from django.db.models import QuerySet

from clouds.access import AnyUser, is_limited


class OfInstallationQuerySet(QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return all of it, or nothing to users who see only some accounts."""
        return self.none() if is_limited(user) else self
