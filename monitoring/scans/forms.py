"""The form by which a finding is accepted for a while."""

from django import forms

from core.api.filters import ISO_DAY, NOT_A_DAY


class SuppressionForm(forms.Form):
    reason = forms.CharField(max_length=500)
    until = forms.DateField(
        input_formats=ISO_DAY, error_messages={"invalid": NOT_A_DAY}
    )
