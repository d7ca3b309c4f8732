"""The admin's "Sync now": of one account from its page, of many from their list."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from clouds.models import CloudAccount
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.start_messages import start_and_report
from users.audited_admin import Admin, DialogForm

Action = Callable[[Admin[CloudAccount], HttpRequest, QuerySet[CloudAccount]], None]


class SyncNowForm(DialogForm):
    dataset = forms.ChoiceField(
        choices=[("", "Everything"), *Dataset.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="The cloud bills what its cost and metric APIs are asked.",
    )

    def datasets(self) -> list[Dataset]:
        chosen = self.cleaned_data["dataset"]
        return [Dataset(chosen)] if chosen else list(Dataset)


def sync_action(name: str, description: str, datasets: Sequence[Dataset]) -> Action:
    """Return the action on selected accounts that starts a sync of those datasets."""

    @admin.action(description=description, permissions=["start_sync"])
    def action(
        model_admin: Admin[CloudAccount],
        request: HttpRequest,
        accounts: QuerySet[CloudAccount],
    ) -> None:
        start_and_report(request, list(accounts), datasets, SyncRun.Trigger.ADMIN)

    action.__name__ = name
    return action


SYNC_ACTIONS = [
    sync_action("sync_all", "Sync now: everything", list(Dataset)),
    *(sync_action(one.command, f"Sync now: {one.label}", [one]) for one in Dataset),
]
