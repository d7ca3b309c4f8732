"""The forms that add a channel or a route, and say until when to snooze."""

from typing import Any

from django import forms

from alerts.channels import check_channel
from alerts.models import Channel, Route
from clouds.models import CloudAccount

SNOOZE_DAYS = {"1": "1 day", "7": "7 days"}


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("name", "kind", "target", "secret")


class RouteForm(forms.ModelForm[Route]):
    """A route to a channel that there is, with an account by its id."""

    account = forms.ModelChoiceField(
        CloudAccount.objects.all(), to_field_name="account_id", required=False
    )
    least_amount = forms.DecimalField(
        required=False, min_value=0, max_digits=11, decimal_places=2
    )

    class Meta:
        model = Route
        fields = (
            *("channel", "topic", "least_severity", "least_amount", "currency"),
            *("account", "team", "tag_key", "tag_value"),
        )

    def clean_channel(self) -> str:
        name: str = self.cleaned_data["channel"]
        check_channel(name)
        return name

    def clean_currency(self) -> str:
        currency: Any = self.cleaned_data["currency"]
        return str(currency).upper()


class SnoozeForm(forms.Form):
    days = forms.ChoiceField(choices=list(SNOOZE_DAYS.items()))
