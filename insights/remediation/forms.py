"""What somebody asks to be done, by keys of rows that they may see."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied

from clouds.access import AnyUser
from insights.models import Anomaly, Recommendation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import DECISIONS
from insights.remediation.proposals import Proposal, proposal_of
from insights.status_views import LONGEST_NOTE
from inventory.models import Resource
from syncs.models import SyncRun

NO_ACTION = "No action carries this recommendation out. Follow its steps."


class ProposalForm(forms.Form):
    """Exactly one of recommendation, resource and run, and what to do with it.

    Raises PermissionDenied for a run of who may start none.
    """

    recommendation = forms.ModelChoiceField(Recommendation.objects, required=False)
    resource = forms.ModelChoiceField(Resource.objects, required=False)
    run = forms.ModelChoiceField(SyncRun.objects, required=False)
    anomaly = forms.ModelChoiceField(Anomaly.objects, required=False)
    kind = forms.ChoiceField(choices=RemediationKind.choices, required=False)
    target = forms.CharField(required=False, max_length=64)
    reason = forms.CharField(
        required=False, max_length=LONGEST_NOTE, widget=forms.Textarea
    )

    def __init__(self, user: AnyUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        related = {
            "recommendation": ("account", "resource__account"),
            "resource": ("account",),
            "run": ("account",),
            "anomaly": (),
        }
        for name, paths in related.items():
            field: Any = self.fields[name]
            field.queryset = field.queryset.visible_to(user).select_related(*paths)
            field.error_messages["invalid_choice"] = f"There is no such {name}."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        about = [name for name in ("recommendation", "resource", "run") if data[name]]
        if len(about) != 1:
            raise forms.ValidationError(
                "Name one of recommendation, resource and run, that it is about."
            )
        advised = data["recommendation"]
        data["proposal"] = proposal_of(advised) if advised else None
        if advised and data["proposal"] is None:
            self.add_error("recommendation", NO_ACTION)
        elif advised and (data["kind"] or data["target"]):
            self.add_error("kind", "The recommendation says what is done to what.")
        elif not advised and not data["kind"]:
            self.add_error("kind", "Say what to do.")
        if data["run"] and not self.user.has_perm("syncs.start_sync"):  # type: ignore[union-attr]
            raise PermissionDenied("This needs the permission syncs.start_sync.")
        return data

    def proposal(self) -> Proposal:
        """Return what is asked for, of a valid form."""
        data = self.cleaned_data
        found: Proposal | None = data["proposal"]
        about = {"anomaly": data["anomaly"], "reason": data["reason"].strip()}
        if found is not None:
            return replace(found, **about)
        resource, run = data["resource"], data["run"]
        return Proposal(
            kind=RemediationKind(data["kind"]),
            account=(resource or run).account,
            resource=resource,
            run=run,
            target=data["target"],
            **about,
        )


class DecisionForm(forms.Form):
    """What a user decides on the version that was shown."""

    decision = forms.ChoiceField(choices=[(name, name) for name in DECISIONS])
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = forms.CharField(
        required=False, max_length=LONGEST_NOTE, widget=forms.Textarea
    )
