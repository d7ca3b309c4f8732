"""Which serializers are read as columns, and which write their rows themselves."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from rest_framework import serializers

from core.api.fast_serialization import Column, as_dicts, columns_of


def of(field: Any, name: str = "told") -> list[Column] | None:
    """The columns of log entries' number and that field."""

    class Entries(serializers.ModelSerializer[LogEntry]):
        class Meta:
            model = LogEntry
            fields = ["id", name]

    Entries._declared_fields = {name: field}
    return columns_of(Entries)


class OfUser(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["username"]


class Loud(OfUser):
    def to_representation(self, instance: User) -> dict[str, Any]:
        return {"username": instance.username.upper()}


@pytest.mark.parametrize(
    ("field", "path"),
    [
        (serializers.CharField(source="object_repr"), "object_repr"),
        (serializers.DateTimeField(source="action_time"), "action_time"),
        (serializers.CharField(source="user.username"), "user__username"),
        (
            serializers.SlugRelatedField[Any](
                "username", source="user", read_only=True
            ),
            "user__username",
        ),
        # Without one it is null for both.
        (
            serializers.SlugRelatedField[Any](
                "model", source="content_type", read_only=True
            ),
            "content_type__model",
        ),
    ],
)
def test_a_plain_column_is_read_and_left_as_it_is(field: Any, path: str) -> None:
    assert of(field) == [Column("id", "id", None), Column("told", path, None)]


@pytest.mark.parametrize(
    ("field", "stored", "answer"),
    [
        (serializers.IntegerField(source="object_id"), "17", 17),
        (serializers.CharField(source="action_flag"), 1, "1"),
        (serializers.DecimalField(9, 3, source="action_flag"), 1, "1.000"),
        (
            serializers.BigIntegerField(source="action_flag", coerce_to_string=True),
            1,
            "1",
        ),
    ],
)
def test_what_a_field_makes_of_a_column_it_makes_of_each_value(
    field: Any, stored: Any, answer: Any
) -> None:
    columns = of(field)
    assert columns
    rows = as_dicts(columns, [(1, stored, "more"), (2, None, "more")])
    assert rows == [{"id": 1, "told": answer}, {"id": 2, "told": None}]


@pytest.mark.parametrize(
    "field",
    [
        serializers.SerializerMethodField(),
        serializers.ReadOnlyField(source="is_addition"),
        serializers.CharField(source="user.first"),
        serializers.CharField(source="user.logentry"),
        serializers.CharField(source="content_type.model", allow_null=True),
        serializers.PrimaryKeyRelatedField(source="user", read_only=True),
        serializers.SlugRelatedField[Any](
            "is_anonymous", source="user", read_only=True
        ),
        serializers.CharField(source="object_repr", write_only=True),
        OfUser(source="user"),
        serializers.DictField(source="*"),
    ],
)
def test_anything_else_is_left_to_the_serializer(field: Any) -> None:
    assert of(field) is None


def test_a_serializer_that_writes_its_rows_itself_is_left_alone() -> None:
    assert columns_of(OfUser) == [Column("username", "username", None)]
    assert columns_of(Loud) is None
    assert columns_of(serializers.Serializer[Any]) is None


def test_no_rows_are_no_rows() -> None:
    columns = columns_of(OfUser)
    assert columns
    assert as_dicts(columns, []) == []
