"""The admin's "Sync now": of one account from its page, of many from their list."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget

from people.audit import record_each
from syncs.columns import list_url
from syncs.models import CloudAccount, Dataset, SyncRun
from syncs.readonly import Admin, DialogForm
from syncs.start import BrokerUnavailable, start

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
        start_syncs(request, list(accounts), datasets)

    action.__name__ = name
    return action


SYNC_ACTIONS = [
    sync_action("sync_all", "Sync now: everything", list(Dataset)),
    sync_action("sync_ec2", "Sync now: EC2 instances", [Dataset.EC2]),
    sync_action("sync_cost", "Sync now: daily costs", [Dataset.COST]),
    sync_action("sync_cpu", "Sync now: CPU and network", [Dataset.CPU]),
]


def start_syncs(
    request: HttpRequest,
    accounts: Sequence[CloudAccount],
    datasets: Sequence[Dataset],
) -> None:
    """Starts what it can and says what was started, what was not, and why."""
    now = timezone.now()
    user = request.user if isinstance(request.user, User) else None
    runs: list[SyncRun] = []
    taken: list[SyncRun] = []
    for dataset in datasets:
        readable = [a for a in accounts if a.is_enabled and dataset in a.datasets()]
        try:
            started = start(
                readable, dataset, now, trigger=SyncRun.Trigger.ADMIN, user=user
            )
        except BrokerUnavailable as error:
            messages.error(request, str(error))
            return
        record_each(request, "sync.start", started.runs)
        runs += started.runs
        taken += started.taken
    disabled = [str(account) for account in accounts if not account.is_enabled]
    _say(request, messages.SUCCESS, "Started", [_name(run) for run in runs])
    _say(request, messages.WARNING, "Already at work", [_name(run) for run in taken])
    _say(request, messages.WARNING, "Disabled, so left alone", disabled)
    if not runs and not taken and not disabled:
        messages.warning(
            request, "Nothing was started: their costs are read with their payer's."
        )


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
