"""Orders: where NULL comes, of which databases disagree, and words that have a rank."""

from django.db.models import Case, F, IntegerField, OrderBy, Value, When


def unknown_last(order: str) -> OrderBy:
    """Return the order with NULL last, up or down."""
    key = F(order.removeprefix("-"))
    by = key.desc if order.startswith("-") else key.asc
    return by(nulls_last=True)


def ranked(column: str, values: tuple[str, ...]) -> Case:
    """0 for the first of these values, 1 for the second..."""
    whens = [When(**{column: value}, then=Value(at)) for at, value in enumerate(values)]
    return Case(*whens, default=Value(len(values)), output_field=IntegerField())
