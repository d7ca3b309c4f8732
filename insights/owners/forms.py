"""The form by which something is handed over."""

from django import forms
from django.contrib.auth.models import User

from core.api.filters import ISO_DAY, NOT_A_DAY
from insights.status_views import LONGEST_NOTE


class AssignmentForm(forms.Form):
    """The new owner, until when, and what to tell them; empty: by the rules."""

    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        required=False,
        to_field_name="username",
        error_messages={"invalid_choice": "There is no such user any more."},
    )
    due_on = forms.DateField(
        required=False,
        input_formats=ISO_DAY,
        error_messages={"invalid": NOT_A_DAY},
    )
    message = forms.CharField(required=False, max_length=LONGEST_NOTE)
