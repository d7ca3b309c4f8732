"""Order by a column of words that have a rank, such as severities."""

from django.db.models import Case, IntegerField, Value, When


def ranked(column: str, values: tuple[str, ...]) -> Case:
    """0 for the first of these values, 1 for the second..."""
    whens = [When(**{column: value}, then=Value(at)) for at, value in enumerate(values)]
    return Case(*whens, default=Value(len(values)), output_field=IntegerField())
