"""Budgets on the wire."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as Invalid
from rest_framework import serializers

from alerts.addresses import MOST_ADDRESSES
from clouds.access import AnyUser, is_limited
from clouds.account_fields import VisibleAccountField
from clouds.models import CloudAccount
from core.api.amounts import AmountField
from core.api.parameters import StrictSerializer
from core.db.exclusive import hold_until_commit
from core.money import CENT
from insights.budgets.forms import LARGEST_AMOUNT
from insights.budgets.known_keys import check_key
from insights.budgets.models import BUDGET_NAMES, LARGEST_PERCENT, NAME_TAKEN, STATES
from insights.models import Budget
from users.user_fields import OWNED_FIELDS, OwnerField, UsernameField


class PercentsField(serializers.ListField):
    """Distinct whole percentages."""

    child = serializers.IntegerField(min_value=1, max_value=LARGEST_PERCENT)

    def to_internal_value(self, data: Any) -> list[int]:
        return sorted(set(super().to_internal_value(data)))


class BudgetSerializer(StrictSerializer, serializers.ModelSerializer[Budget]):
    """A monthly budget of one scope, and its status this month."""

    account = VisibleAccountField()
    key = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="The service, the tag as key=value, or the name of the team.",
    )
    amount = AmountField(
        min_value=CENT,
        max_value=LARGEST_AMOUNT,
        max_digits=11,
        decimal_places=2,
        help_text="For one month.",
    )
    actual_percents = PercentsField(
        required=False, help_text="Send an alert when this share is spent."
    )
    forecasted_percents = PercentsField(
        required=False,
        help_text="Send an alert when this share is forecast to be spent.",
    )
    recipients = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        max_length=MOST_ADDRESSES,
        help_text="E-mail addresses that get its alerts, beside the alert channels.",
    )
    owner = OwnerField()
    spent = AmountField(read_only=True, allow_null=True)
    forecasted = AmountField(read_only=True, allow_null=True)
    forecasted_high = AmountField(read_only=True, allow_null=True)
    state = serializers.ChoiceField(
        choices=STATES,
        read_only=True,
        help_text="passed: an alert threshold, spent or forecast; at_risk: forecast to "
        "exceed the amount.",
    )
    created_by = UsernameField()

    class Meta:
        model = Budget
        fields = (
            *("id", "name", "scope", "account", "key", "currency", "amount"),
            *("actual_percents", "forecasted_percents", "recipients"),
            *("created_by", "created_at"),
            *("period", "spent", "spent_until", "forecasted", "forecasted_high"),
            *("state", "note", *OWNED_FIELDS, "version"),
        )
        read_only_fields = [
            *("created_at", "period", "spent_until", "note", "due_on", "version"),
        ]
        # `validate` compares names, as an account may be left out.
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        super().validate(attrs)
        names = ("scope", "account", "key")
        stored = {name: getattr(self.instance, name, None) for name in names}
        wanted = stored if self.instance else {}
        wanted |= {name: attrs[name] for name in names if name in attrs}
        # Before anything is said of budgets that this user may not see.
        if wanted.get("account") is None and is_limited(self._user):
            reason = "Choose one of the accounts that you may see."
            raise serializers.ValidationError({"account": [reason]})
        try:
            Budget(**wanted).clean()
            if {"scope", "key"} & attrs.keys():
                check_key(str(wanted["scope"]), wanted.get("key") or "", self._user)
        except Invalid as error:
            raise serializers.ValidationError(error.message_dict) from None
        self._refuse_taken_name(
            attrs.get("name", getattr(self.instance, "name", "")), wanted.get("account")
        )
        return attrs

    @property
    def _user(self) -> AnyUser:
        user: AnyUser = self.context["request"].user
        return user

    def _refuse_taken_name(self, name: str, account: CloudAccount | None) -> None:
        hold_until_commit(BUDGET_NAMES)
        same = Budget.objects.filter(name=name, account=account)
        if same.exclude(pk=getattr(self.instance, "pk", None)).exists():
            raise serializers.ValidationError({"name": [NAME_TAKEN]})


class ChangeBudgetSerializer(BudgetSerializer):
    """The fields to change, and the version that it is a change of."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read; an older one is refused with 409 and the row.",
    )

    class Meta(BudgetSerializer.Meta):
        read_only_fields = ["created_at", "period", "spent_until", "note", "due_on"]

    def get_fields(self) -> dict[str, Any]:
        """Return all fields, of which only the version is required."""
        found = super().get_fields()
        for name, field in found.items():
            field.required = name == "version"
        return found
