"""Queries of the audit log."""

from typing import Any, Self

from django.db import models

from clouds.access import AnyUser, is_limited


class AuditEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return the entries: none for a limited user, as they concern all accounts."""
        return self.none() if is_limited(user) else self
