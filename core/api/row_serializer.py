"""Serializers of rows that hold more than columns, whose fields are made once."""

from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers

M = TypeVar("M", bound=Model)


class RowSerializer(serializers.ModelSerializer[M]):
    """A ModelSerializer that copies its fields, for rows with some dozens of them.

    To make them of the model for each answer takes longer than to read its rows.
    """

    def get_fields(self) -> dict[str, Any]:
        return deepcopy(_fields_of(type(self)))


@cache
def _fields_of(kind: type[RowSerializer[Any]]) -> dict[str, Any]:
    return super(RowSerializer, kind()).get_fields()
