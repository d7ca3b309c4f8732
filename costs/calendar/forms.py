"""The form that reads days of several accounts again."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.db import transaction
from django.utils import timezone

from clouds.access import AnyUser
from clouds.models import CloudAccount
from core.api.filters import ISO_DAY, WindowForm
from core.windows import InvalidWindow, Window
from syncs.backfills.planning import estimate, propose
from syncs.datasets import Dataset
from syncs.models import Backfill
from syncs.runs.claims import Refused
from users.audit import Actor

# Each is a backfill with windows of its own, and a request is short.
MOST_ACCOUNTS = 100


class RereadForm(WindowForm):
    """Which accounts and days; all of them can be read again, or it is refused."""

    account = forms.ModelMultipleChoiceField(
        CloudAccount.objects.none(),
        error_messages={"required": "Choose at least one account."},
    )
    start = forms.DateField(input_formats=ISO_DAY)
    end = forms.DateField(input_formats=ISO_DAY)

    def __init__(self, user: AnyUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(
            "forms.ModelMultipleChoiceField[CloudAccount]", self.fields["account"]
        )
        seen = CloudAccount.objects.visible_to(user).select_related("payer")
        field.queryset = seen.order_by("name", "id")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.fields.keys() <= data.keys():
            return data
        if len(data["account"]) > MOST_ACCOUNTS:
            reason = f"Choose at most {MOST_ACCOUNTS} accounts at once."
            raise forms.ValidationError({"account": reason})
        data["window"] = Window(data["start"], data["end"])
        for one in data["account"]:
            try:
                estimate(one, Dataset.COST, data["window"], timezone.now())
            except (InvalidWindow, Refused) as error:
                self.add_error("account", f"{one.name}: {error}")
        return data

    @transaction.atomic
    def propose(self, actor: Actor, now: datetime) -> list[Backfill]:
        """Return a backfill of each account, which wait for their start."""
        window = self.cleaned_data["window"]
        return [
            propose(one, Dataset.COST, window, now, actor=actor)
            for one in self.cleaned_data["account"]
        ]
