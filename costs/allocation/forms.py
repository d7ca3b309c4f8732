"""The form of a rule and of its shares, for the admin."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminSelect2MultipleWidget as SelectMultiple
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea

from clouds.access import AnyUser
from clouds.labels import account_labels, tag_keys_of
from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.money import ZERO
from costs.allocation.changes import FIELDS, RULES
from costs.allocation.engine import WHOLE
from costs.models import Team, TeamRule, TeamShare

# Room for rules that are to come between two.
STEP = 10


class LinesField(forms.CharField):
    """A list of texts, one a line: names of services have commas."""

    widget = Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class TeamRuleForm(forms.ModelForm[TeamRule]):
    """A rule; the model checks it against the others."""

    accounts = forms.MultipleChoiceField(
        required=False,
        widget=SelectMultiple(),
        help_text="Only on the bills of these accounts. Empty: on any.",
    )
    sub_accounts = LinesField(
        label="Used by accounts",
        required=False,
        help_text="Only what these accounts used, by their ids, one a line: members of "
        "an organization, subscriptions of a billing scope.",
    )
    services = LinesField(
        required=False, help_text="As the bill names them, one a line."
    )
    resource_groups = LinesField(required=False, help_text="Of Azure, one a line.")
    tag_values = LinesField(required=False, help_text="One a line.")

    class Meta:
        model = TeamRule
        fields = FIELDS

    def __init__(self, user: AnyUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "position" in self.fields:
            last = TeamRule.objects.aggregate(last=Max("position"))["last"] or 0
            self.initial.setdefault("position", last + STEP)
        if "accounts" in self.fields:
            seen = account_labels(CloudAccount.objects.visible_to(user))
            labels = {one: f"{one} (removed)" for one in self.instance.accounts} | seen
            field = cast("forms.MultipleChoiceField", self.fields["accounts"])
            field.choices = list(labels.items())

    def clean(self) -> dict[str, Any]:
        hold_until_commit(RULES)
        data = super().clean() or self.cleaned_data
        # Azure writes them in any case, and they are stored in one.
        data["resource_groups"] = [
            name.lower() for name in data.get("resource_groups", [])
        ]
        self._check_tag_key(data.get("tag_key", ""))
        return data

    def _check_tag_key(self, key: str) -> None:
        keys = tag_keys_of(CloudAccount.objects.all())
        if key and key not in keys:
            known = f"The tag keys read are {', '.join(keys)}." if keys else ""
            self.add_error(
                "tag_key",
                f"No account's costs are read by the tag {key}. {known} Tag keys are "
                "chosen in the settings of each account.",
            )


class SharesFormSet(BaseInlineFormSet[TeamShare, TeamRule, Any]):
    """The shares of a rule, which sum to 100."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        total = sum(self.shares().values(), ZERO)
        if total != WHOLE:
            raise forms.ValidationError(
                f"The shares sum to {total.normalize():f}%; they must sum to 100%."
            )

    def shares(self) -> dict[Team, Decimal]:
        """Return what is left, without shares that are to be deleted."""
        forms = [form.cleaned_data for form in self.forms if form.cleaned_data]
        return {
            data["team"]: data["percent"] for data in forms if not data.get("DELETE")
        }
