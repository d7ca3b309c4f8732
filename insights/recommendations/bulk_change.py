"""Several recommendations accepted, dismissed or handed over at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest

from insights.models import Recommendation
from insights.owners.assignment import assign
from insights.owners.forms import AssignmentForm
from insights.transitions import InvalidTransition, change_statuses
from users.owned import Owned

Status = Recommendation.Status
# Empty: the status stays, and they are only handed over.
STATUSES = [
    ("", "Hand over"),
    (Status.ACCEPTED, "Accept"),
    (Status.DISMISSED, "Dismiss"),
]


class SelectionField(forms.MultipleChoiceField):
    """What is selected, as `key:version`: {key: version}."""

    def to_python(self, value: Any) -> Any:
        parts = [str(one).partition(":") for one in value or ()]
        if not all(
            a.isdecimal() and b.isdecimal() and len(a + b) < 18 for a, _, b in parts
        ):
            raise forms.ValidationError("Select recommendations of the list.")
        return {int(key): int(version) for key, _, version in parts}

    def validate(self, value: Any) -> None:
        if not value:
            raise forms.ValidationError("Select at least one recommendation.")


class BulkChangeForm(AssignmentForm):
    """What is selected, its new status and owner; the message is the note too."""

    pick = SelectionField()
    status = forms.ChoiceField(choices=STATUSES, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        needs_owner = data.get("due_on") or not data.get("status")
        if not self.errors and needs_owner and not data["owner"]:
            self.add_error("owner", "Choose to whom they are handed over.")
        return data

    @transaction.atomic
    def store(self, now: datetime, request: HttpRequest) -> str:
        """Change all or none; return what was done.

        Raise InvalidTransition and InvalidAssignment.
        """
        picked: dict[int, int] = self.cleaned_data["pick"]
        status, owner = self.cleaned_data["status"], self.cleaned_data["owner"]
        note = self.cleaned_data["message"]
        seen = Recommendation.objects.visible_to(request.user).filter(pk__in=picked)
        rows: Sequence[Any] = list(
            seen.select_related("account", "owner").order_by("pk")
        )
        if len(rows) < len(picked):
            raise InvalidTransition("Some of them are no longer there; select again.")
        done = []
        if status:
            change_statuses(rows, status, picked, now, request=request, note=note)
            done.append(Status(status).label.lower())
        if owner:
            owned: Sequence[Owned] = rows
            due_on = self.cleaned_data["due_on"]
            assign(owned, owner, now, request=request, due_on=due_on, message=note)
            done.append(f"handed over to {owner.get_username()}")
        many = f"{len(rows)} recommendation{'s' if len(rows) != 1 else ''}"
        return f"{many} {' and '.join(done)}."
