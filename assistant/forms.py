"""The forms of the assistant's page."""

from django import forms

from assistant.engine.parser import LONGEST_QUESTION
from assistant.models import Interaction


class QuestionForm(forms.Form):
    question = forms.CharField(
        max_length=LONGEST_QUESTION,
        error_messages={"required": "Ask a question in words."},
    )


class RatingForm(forms.ModelForm[Interaction]):
    class Meta:
        model = Interaction
        fields = ["rating", "comment"]
