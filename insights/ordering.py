"""The order of lists of insights, which have much that may be unknown."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from core.api.filters import Order
from core.db.ordering import unknown_last


class UnknownLastOrder(Order):
    """Order as requested, with what is unknown last, up or down."""

    def filter(self, qs: QuerySet[Any], value: Sequence[str] | None) -> QuerySet[Any]:
        rows = super().filter(qs, value)
        if not value:
            return rows
        return rows.order_by(
            *(
                unknown_last(one) if isinstance(one, str) else one
                for one in rows.query.order_by
            )
        )
