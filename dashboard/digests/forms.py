"""The form that subscribes to a digest."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from dashboard.digests.changes import check_digest
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
        if not self.errors:
            check_digest(Digest(user=self.instance.user, **given))
        return given
