"""The form that gives feedback."""

from typing import Any

from django import forms

from insights.feedback.giving import PARTS
from insights.models import Feedback


class FeedbackForm(forms.ModelForm[Feedback]):
    class Meta:
        model = Feedback
        fields = PARTS

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        is_first = self.instance.pk is None
        if is_first and not self.errors and not any(given.values()):
            raise forms.ValidationError("Rate it, write a comment, or flag it.")
        return given

    def given(self) -> dict[str, Any]:
        """Return the valid fields that were posted; the others stay as they are."""
        posted = self.cleaned_data.items()
        return {name: value for name, value in posted if name in self.data}
