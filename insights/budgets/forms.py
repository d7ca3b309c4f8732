"""The form of a budget, for the pages and the admin."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms

from alerts.addresses import AddressesField
from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.money import CENT
from insights.budgets.changes import EDITABLE, add_budget, change_budget
from insights.budgets.known_keys import check_key
from insights.budgets.models import (
    BUDGET_NAMES,
    LARGEST_PERCENT,
    actual_percents,
    forecasted_percents,
)
from insights.models import Budget
from insights.transitions import StaleVersion, require_version
from users.audit import AnyRequest

# What every database can store; no month costs more.
LARGEST_AMOUNT = Decimal(900_000_000)


class PlainDecimalField(forms.DecimalField):
    """A number that pages write without a separator of thousands, which inputs of
    numbers do not read."""

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value


class PercentsField(forms.CharField):
    """Whole percentages separated by commas, as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        # Python refuses to read very long numbers.
        if not all(part.isdecimal() and len(part) < 10 for part in parts):
            raise forms.ValidationError(
                f"Give whole percentages from 1 to {LARGEST_PERCENT}, such as 80, 100."
            )
        return sorted({int(part) for part in parts})


class BudgetForm(forms.ModelForm[Budget]):
    """A new budget, or a change of the version that was shown.

    Users who see only some accounts cannot have a budget over all of them.
    """

    amount = PlainDecimalField(
        label="Monthly amount",
        min_value=CENT,
        max_value=LARGEST_AMOUNT,
        decimal_places=2,
    )
    actual_percents = PercentsField(
        label="Alert threshold, spent (%)", required=False, initial=actual_percents
    )
    forecasted_percents = PercentsField(
        label="Alert threshold, forecast (%)",
        required=False,
        initial=forecasted_percents,
    )
    recipients = AddressesField(required=False)
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Budget
        fields = EDITABLE
        labels = {"key": "Service, tag as key=value, or team"}

    def __init__(self, user: AnyUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.is_stale = False
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            self.initial["amount"] = self.instance.amount.quantize(CENT)
        # In the admin, users who may only view it have no fields.
        if "account" in self.fields:
            field = cast("forms.ModelChoiceField[CloudAccount]", self.fields["account"])
            field.queryset = CloudAccount.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        hold_until_commit(BUDGET_NAMES)
        data = super().clean() or self.cleaned_data
        for name in ("currency", "key"):
            if isinstance(data.get(name), str):
                data[name] = data[name].strip()
        if data.get("account") is None and is_limited(self.user):
            self.add_error("account", "Choose one of the accounts that you may see.")
        if not self.instance.pk or {"scope", "key"} & {*self.changed_data}:
            self._clean_key(data)
        if self.instance.pk:
            self._clean_version(data)
        return data

    def _clean_key(self, data: dict[str, Any]) -> None:
        """Refuse a service or tag that does not exist, naming those that are near."""
        key = data.get("key") or ""
        try:
            check_key(data.get("scope") or "", key, self.user)
        except forms.ValidationError as error:
            self.add_error(None, error)
            # The model checks it too, and would miss it.
            self.cleaned_data["key"] = key

    def _clean_version(self, data: dict[str, Any]) -> None:
        """Refuse a change of an older version; the row stays locked until it is saved.

        The lock holds as long as the transaction around the request's form.
        """
        stored = Budget.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        try:
            require_version(stored, data.get("version"))
        except StaleVersion as error:
            self.is_stale = True
            self.add_error(None, str(error))

    def store(self, now: datetime, request: AnyRequest) -> Budget:
        """Add or change it. Raise StaleVersion where somebody else was faster."""
        budget = self.instance
        if budget.pk is None:
            add_budget(budget, now, request)
        else:
            values = {name: getattr(budget, name) for name in EDITABLE}
            version = self.cleaned_data["version"]
            change_budget(budget, values, version, now, request)
        return budget
