"""What the database was asked, which is of all accounts together."""

from typing import Any, Self

from django.db.models import QuerySet

from clouds.access import AnyUser, is_limited


class QueryStatisticsQuerySet(QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        return self.none() if is_limited(user) else self
