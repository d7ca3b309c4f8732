"""The form that adds a channel."""

from typing import Any

from django import forms

from alerts.models import Channel


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("name", "kind", "target")

    def clean_target(self) -> Any:
        return self.cleaned_data["target"].strip()
