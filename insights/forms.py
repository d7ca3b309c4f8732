"""What people fill in: a new status, what they think of it, and budgets."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User

from insights.models import Budget, Feedback
from insights.models.budgets import (
    LARGEST_PERCENT,
    actual_percents,
    forecasted_percents,
)
from insights.moves import Stale, change_unless_stale
from people.limits import Person, is_limited
from syncs.models import CloudAccount

LONGEST_NOTE = 2000
CENT = Decimal("0.01")
# What every database can keep; no month costs more.
LARGEST_AMOUNT = Decimal(900_000_000)


class StatusForm(forms.Form):
    """A new status for the version that was shown."""

    status = forms.ChoiceField()
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = forms.CharField(
        required=False, max_length=LONGEST_NOTE, widget=forms.Textarea
    )

    def __init__(
        self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["status"]).choices = choices


class FeedbackForm(forms.ModelForm[Feedback]):
    class Meta:
        model = Feedback
        fields = ["rating", "comment", "is_flagged"]


class PercentsField(forms.CharField):
    """Whole percents with commas between them, kept as a list; none is none."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        parts = [part.strip() for part in str(value or "").split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise forms.ValidationError(
                f"Give whole percents from 1 to {LARGEST_PERCENT}, such as 80, 100."
            )
        return sorted({int(part) for part in parts})

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


# What people say of a budget; the rest is counted.
BUDGET_FIELDS = [
    *("name", "scope", "account", "key", "currency", "amount"),
    *("actual_percents", "forecasted_percents"),
]


class BudgetForm(forms.ModelForm[Budget]):
    """A new budget, or a change of the version that was shown.

    Who sees only some accounts can't have a budget over all of them.
    """

    amount = forms.DecimalField(
        min_value=CENT, max_value=LARGEST_AMOUNT, decimal_places=2
    )
    actual_percents = PercentsField(required=False, initial=actual_percents)
    forecasted_percents = PercentsField(required=False, initial=forecasted_percents)
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Budget
        fields = BUDGET_FIELDS

    def __init__(self, user: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if self.instance.pk:
            self.initial["version"] = self.instance.version
        # Whoever may only look at it in the admin fills in nothing.
        if "account" in self.fields:
            field = cast("forms.ModelChoiceField[CloudAccount]", self.fields["account"])
            field.queryset = CloudAccount.objects.seen_by(user)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("currency", "key"):
            if isinstance(data.get(name), str):
                data[name] = data[name].strip()
        if data.get("account") is None and is_limited(self.user):
            self.add_error("account", "Choose one of the accounts that you may see.")
        return data

    def keep(self, user: User, now: datetime) -> Budget:
        """Stores it. Raises Stale where somebody else was faster."""
        budget = self.instance
        if budget.pk is None:
            budget.created_by, budget.created_at = user, now
            budget.save()
            return budget
        values = {name: getattr(budget, name) for name in BUDGET_FIELDS}
        version = self.cleaned_data["version"]
        if version is None:
            raise Stale("Say which version this is a change of.")
        change_unless_stale(budget, version, values)
        budget.refresh_from_db()
        return budget
