"""Accounts on the wire."""

from typing import Any, NoReturn

from rest_framework import serializers

from clouds.filters import visible_accounts
from clouds.models import CloudAccount
from core.api.suggestions import nearest


class AccountIdField(serializers.SlugRelatedField[CloudAccount]):
    """The account of a row, by its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="account_id", read_only=True, **kwargs)


class VisibleAccountField(serializers.SlugRelatedField[CloudAccount]):
    """An account by its id, among those that the user may see; null: all accounts."""

    default_error_messages = {
        "does_not_exist": "There is no account {value} that you may see.{nearest}",
        "invalid": "Give the account id as text.",
    }

    def __init__(self) -> None:
        super().__init__(
            slug_field="account_id",
            queryset=CloudAccount.objects.none(),
            allow_null=True,
            required=False,
            help_text="null: all accounts.",
        )

    def get_queryset(self) -> Any:
        return visible_accounts(self.context.get("request"))

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        if key == "does_not_exist":
            known = {
                text: f"{one}"
                for one in self.get_queryset()
                for text in (one.account_id, one.name)
            }
            near = [known[text] for text in nearest(kwargs["value"], known)]
            kwargs["nearest"] = f" Nearest: {', '.join(near)}." if near else ""
        super().fail(key, **kwargs)
