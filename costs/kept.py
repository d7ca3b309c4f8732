"""Answers about costs that the cache keeps until what a user sees of them moves."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet

from people.limits import Person
from rest.cache import remembered
from syncs.models import Dataset
from syncs.versions import data_version

T = TypeVar("T")


def kept(
    part: str,
    user: Person | None,
    rows: QuerySet[Any],
    asked: tuple[object, ...],
    make: Callable[[], T],
) -> T:
    """What `make` answers about these rows, which are what this user sees of them.

    The statement that finds them is part of the question. Without a user it is asked
    for anew each time. One query, for the version.
    """
    if user is None:
        return make()
    version = data_version(user, Dataset.COST)
    return remembered(part, version, [rows.query.sql_with_params(), *asked], make)
