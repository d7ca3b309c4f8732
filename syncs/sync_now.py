"""The admin's "Sync now": of one account from its page, of many from their list."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget

from clouds.models import CloudAccount
from core.admin.columns import list_url
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.start import BrokerUnavailable, start_syncs
from users.audit import actor_of
from users.audited_admin import Admin, DialogForm

# A message that names more is no longer read.
NAMED_IN_A_MESSAGE = 10

Action = Callable[[Admin[CloudAccount], HttpRequest, QuerySet[CloudAccount]], None]


class SyncNowForm(DialogForm):
    """What to read from one account."""

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
    """The action on selected accounts that starts a sync of those datasets."""

    @admin.action(description=description, permissions=["start_sync"])
    def action(
        model_admin: Admin[CloudAccount],
        request: HttpRequest,
        accounts: QuerySet[CloudAccount],
    ) -> None:
        start_and_report(request, list(accounts), datasets)

    action.__name__ = name
    return action


SYNC_ACTIONS = [
    sync_action("sync_all", "Sync now: everything", list(Dataset)),
    *(sync_action(one.command, f"Sync now: {one.label}", [one]) for one in Dataset),
]


def start_and_report(
    request: HttpRequest,
    accounts: Sequence[CloudAccount],
    datasets: Sequence[Dataset],
) -> None:
    """Start what it can and say what was started, what was not, and why."""
    try:
        started = start_syncs(
            accounts,
            datasets,
            timezone.now(),
            trigger=SyncRun.Trigger.ADMIN,
            actor=actor_of(request),
        )
    except BrokerUnavailable as error:
        messages.error(request, str(error))
        return
    _say(request, messages.SUCCESS, "Started", [_name(run) for run in started.runs])
    _say(
        request,
        messages.WARNING,
        "Already running",
        [_name(run) for run in started.taken],
    )
    _say(request, messages.WARNING, "Not started", started.refused)


def _say(request: HttpRequest, level: int, what: str, names: list[str]) -> None:
    if not names:
        return
    more = len(names) - NAMED_IN_A_MESSAGE
    named = "; ".join(names[:NAMED_IN_A_MESSAGE])
    messages.add_message(
        request,
        level,
        format_html(
            '{}: {}{}. <a href="{}" class="underline">Runs</a>',
            what,
            named,
            f" and {more:,} more" if more > 0 else "",
            list_url(SyncRun),
        ),
    )


def _name(run: SyncRun) -> str:
    return f"{run.get_dataset_display()} of {run.account}"
