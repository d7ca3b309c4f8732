"""The form that adds a channel."""

from django import forms

from alerts.models import Channel


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("name", "kind", "target")
