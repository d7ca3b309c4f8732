"""The form of a user's rating of a recommendation."""

from django import forms

from insights.models import Feedback


class FeedbackForm(forms.ModelForm[Feedback]):
    class Meta:
        model = Feedback
        fields = ["rating", "comment", "is_flagged"]
