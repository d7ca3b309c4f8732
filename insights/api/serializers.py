"""What the serializers of several kinds of insights share."""

from typing import Any, NoReturn

from rest_framework import serializers

from clouds.filters import visible_accounts
from clouds.models import CloudAccount
from core.api.parameters import refuse_unknown_fields
from core.api.suggestions import nearest
from insights.status_change import StatusChange
from insights.status_views import LONGEST_NOTE


class AccountIdField(serializers.SlugRelatedField[CloudAccount]):
    """An account by its id; null stands for all accounts together."""

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


class ChangeSerializer(serializers.Serializer[StatusChange]):
    """One change of a status; without a user a refresh made it."""

    at = serializers.DateTimeField()
    user = serializers.CharField(source="user_name")
    old_status = serializers.CharField()
    new_status = serializers.CharField()
    note = serializers.CharField()


class ChangeStatusSerializer(serializers.Serializer[Any]):
    """A new status, and the version that it is a change of."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read; an older one is refused with 409 and the row.",
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_NOTE
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        return attrs
