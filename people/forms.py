"""What people fill in about themselves."""

from django import forms

# A token that nobody remembers is a door left open.
LONGEST_DAYS = 365


class NewToken(forms.Form):
    """How long a new token is valid."""

    days = forms.IntegerField(
        label="Valid for how many days", min_value=1, max_value=LONGEST_DAYS
    )
