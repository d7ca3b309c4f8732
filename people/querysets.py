"""Questions about what people did."""

from typing import Any, Self

from django.db import models

from people.limits import Person, is_limited


class AuditEntryQuerySet(models.QuerySet[Any]):
    def seen_by(self, user: Person) -> Self:
        """The trail tells of all accounts: only for who may see them all."""
        return self.none() if is_limited(user) else self
