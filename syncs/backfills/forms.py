"""The form that proposes a backfill."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone

from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.querysets import CloudAccountQuerySet
from core.windows import InvalidWindow
from syncs.backfills.models import FILLABLE
from syncs.backfills.planning import estimate, propose
from syncs.datasets import Dataset
from syncs.models import Backfill
from syncs.runs.claims import Refused
from users.audit import Actor

Choice = forms.ChoiceField
AccountChoice = forms.ModelChoiceField[CloudAccount]


class ProposalForm(forms.ModelForm[Backfill]):
    """Which days of what; refused with the reason where they can't be read."""

    class Meta:
        model = Backfill
        fields = ["account", "dataset", "start", "end"]

    def __init__(self, *args: Any, asker: AnyUser | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without these fields it is the admin's page of one that is there already.
        if "dataset" in self.fields:
            cast("Choice", self.fields["dataset"]).choices = FILLABLE
            field = cast("AccountChoice", self.fields["account"])
            # The admin has limited it already to what its user may see.
            accounts = cast("CloudAccountQuerySet", field.queryset)
            if asker is not None:
                accounts = accounts.visible_to(asker)
            field.queryset = accounts.enabled().select_related("payer")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if set(self.Meta.fields) <= data.keys():
            try:
                wanted = Backfill(**data)
                dataset = Dataset(wanted.dataset)
                estimate(wanted.account, dataset, wanted.window, timezone.now())
            except InvalidWindow as error:
                self.add_error("start", str(error))
            except Refused as error:
                self.add_error("account", str(error))
        return data

    def propose(self, actor: Actor, now: datetime) -> Backfill:
        """Return the backfill, with its price. Only when the form is valid."""
        wanted = Backfill(**self.cleaned_data)
        dataset = Dataset(wanted.dataset)
        return propose(wanted.account, dataset, wanted.window, now, actor=actor)
