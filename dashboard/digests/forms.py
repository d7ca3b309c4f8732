"""The form that subscribes to a digest."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from alerts.channels import configured_channels
from clouds.access import is_limited
from dashboard.digests.models import Digest


class DigestForm(forms.ModelForm[Digest]):
    """A digest to the user's own address, or, for who sees everything, a channel."""

    class Meta:
        model = Digest
        fields = ("frequency", "hour", "channel")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.user = user

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        names = ("frequency", "channel")
        same = {name: given[name] for name in names if name in given}
        own = Digest.objects.filter(user=self.instance.user, **same)
        if len(same) == len(names) and own.exists():
            raise forms.ValidationError("There is such a digest already.")
        return given

    def clean_channel(self) -> str:
        name: str = self.cleaned_data["channel"]
        user = self.instance.user
        if name and not (user.has_perm("alerts.view_channel") and not is_limited(user)):
            raise forms.ValidationError(
                "You see only some accounts, so your digest goes to you alone."
            )
        if name and name not in configured_channels():
            raise forms.ValidationError(f"There is no channel {name}.")
        if not name and not user.email:
            raise forms.ValidationError(
                "You have no e-mail address; ask an administrator to enter it."
            )
        return name
