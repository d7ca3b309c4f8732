"""Where NULL comes in an order: databases disagree; here it is last, up or down."""

from django.db.models import F, OrderBy


def unknown_last(order: str) -> OrderBy:
    key = F(order.removeprefix("-"))
    by = key.desc if order.startswith("-") else key.asc
    return by(nulls_last=True)
