"""How the API names users."""

from typing import Any

from rest_framework import serializers

# The fields of every row that has an owner.
OWNED_FIELDS = ("owner", "due_on")


class UsernameField(serializers.SlugRelatedField[Any]):
    """A user by username; null: nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="username", read_only=True, allow_null=True, **kwargs
        )


class OwnerField(UsernameField):
    """The username of who is responsible; null: nobody."""

    def __init__(self, **kwargs: Any) -> None:
        about = "Who is responsible, by username; null: nobody."
        super().__init__(help_text=about, **kwargs)
