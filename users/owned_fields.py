"""How the API names an owner."""

from typing import Any

from rest_framework import serializers

# The fields of every row that has an owner.
OWNED_FIELDS = ("owner", "due_on")


class OwnerField(serializers.SlugRelatedField[Any]):
    """The username of who is responsible; null: nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="username",
            read_only=True,
            allow_null=True,
            help_text="Who is responsible, by username; null: nobody.",
            **kwargs,
        )
