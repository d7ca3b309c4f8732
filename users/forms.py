"""The form that creates an API token."""

from django import forms

# A forgotten token must expire.
LONGEST_DAYS = 365


class NewToken(forms.Form):
    """The validity of a new token."""

    days = forms.IntegerField(
        label="Valid for (days)", min_value=1, max_value=LONGEST_DAYS
    )
