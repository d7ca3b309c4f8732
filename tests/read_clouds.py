"""The emulators' sample companies: read first, again while parts are denied, and
by a worker once all is well."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import time_machine
from celery import current_app
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Trunc

from alerts.outbox import deliver_due
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator import sample as of_aws_company
from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator import sample as of_azure_company
from core.testing.task_queue import waiting
from insights.models import RefreshState
from syncs.incidents.recording import update_incidents
from syncs.models import SyncRun, Watermark
from syncs.tasks import schedule_tick
from tests.asked_texts import of_aws, of_azure
from tests.logged_lines import logged_lines
from tests.sent_messages import add_channel, sent_messages

ACCOUNTS, MACHINES, DAYS, MONTHS = 2, 14, 40, 2
AWS_DENIED = (
    *("ec2:DescribeInstances", "ec2:DescribeSnapshots", "s3:GetBucketTagging"),
    *("ce:GetCostAndUsage", "cloudwatch:GetMetricData", "pricing:GetProducts"),
    "elasticloadbalancing:DescribeTags",
)
AZURE_DENIED = (
    *("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/snapshots/read"),
    *("Microsoft.CostManagement/query/read", "Microsoft.Insights/metrics:getBatch"),
    "Microsoft.Advisor/recommendations/read",
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECONDS = re.compile(r"[\d.]+(?= s$)", re.MULTILINE)


class ReadClouds:
    """What cloudintel asked both clouds, and what it printed, logged and sent."""

    def __init__(self, aws: EmulatedAws, azure: EmulatedAzure) -> None:
        self.aws, self.azure = aws, azure
        self.printed: list[str] = []
        self.logged: list[str] = []
        self.sent: list[str] = []
        self.asked: dict[str, list[str]] = {}
        of_aws_company.fill(aws, ACCOUNTS, MACHINES, DAYS)
        of_azure_company.fill(azure, MACHINES, MONTHS)

    def read(self) -> None:
        # It configures logging, once.
        current_app.loader.import_default_modules()
        waiting()  # of other tests
        with self._after(timedelta(0), "first"):
            add_channel(self.aws.now)
            self._add_accounts()
            self._run("check_access")
            self._run("sync")
        self._change()
        self._deny()
        with self._after(DAY, "denied"):
            self._run("check_access", "--account", "shop")
            self._run("sync")
        with self._after(HOUR, "denied-again"):
            self._run_quickest()
        self.aws.heal()
        self.azure.heal()
        with self._after(DAY, "healed"):
            schedule_tick()
            self._work()
            self._run("refresh_insights", "--only", "recommendations")

    def _work(self) -> None:
        for name, arguments in waiting():
            current_app.tasks[name](*arguments)

    def _add_accounts(self) -> None:
        external_id = ("--external-id", of_aws_company.EXTERNAL_ID)
        self._run("add_account", "--organization", *external_id)
        key, *_ = self.azure.world.subscriptions
        named = ("--provider", "azure", "--name", "shop", "--subscription", key)
        self._run("add_account", *named, "--tenant", self.azure.world.tenant_id)

    def _change(self) -> None:
        """A machine of each cloud is gone, another stopped, and a month restated."""
        member = next(one for one in self.aws.worlds.values() if one.instances)
        first, second, *_ = member.instances
        member.remove_instance(first)
        member.instances[second].state = "stopped"
        self.aws.world().restate(
            *(self.aws.now.date() - 3 * DAY, "AWS Lambda", Decimal("7.5")),
            region="us-east-1",
        )
        shop = next(iter(self.azure.world.subscriptions.values()))
        gone, stopped, *_ = shop.vms.values()
        shop.remove_vm(gone)
        stopped.power = "stopped"
        self.azure.world.restate_month(self.azure.now.date().replace(day=1), 1.03)

    def _deny(self) -> None:
        """Of both clouds a list, a detail, metrics or costs, and a whole region."""
        for operation in AWS_DENIED:
            self.aws.deny(operation)
        self.aws.deny_region("eu-central-1")
        for operation in AZURE_DENIED:
            self.azure.deny(operation)

    def _run_quickest(self) -> None:
        for command in ("sync_ec2", "sync_storage", "sync_cost"):
            self._run(command)

    def _run(self, *command: str) -> None:
        out = StringIO()
        try:
            call_command(*command, stdout=out, stderr=out)
        except CommandError as error:
            out.write(f"CommandError: {error}\n")
        text = SECONDS.sub("*", out.getvalue())
        self.printed += [f"$ {' '.join(command)}", *text.splitlines()]

    @contextmanager
    def _after(self, time: timedelta, name: str) -> Iterator[None]:
        """Let so much time go by; what is due to be sent is then sent."""
        for cloud in (self.aws, self.azure):
            cloud.now += time
            cloud.clear_calls()
        now = self.aws.now
        self.printed += [f"== {name}"]
        with (
            time_machine.travel(now, tick=False),
            sent_messages() as sent,
            logged_lines() as logged,
        ):
            yield
            update_incidents(now)
            deliver_due(now)
        _take_as_long_each_time()
        self.sent += [f"== {name}", *sent]
        self.logged += [f"== {name}", *logged]
        self.asked[f"aws-{name}"] = list(of_aws(self.aws.calls))
        self.asked[f"azure-{name}"] = list(of_azure(self.azure.calls))


def _take_as_long_each_time() -> None:
    """Nothing of when a run was at work is of the clock that stands still."""
    SyncRun.objects.update(heartbeat_at=F("started_at"), finished_at=F("started_at"))
    Watermark.objects.update(updated_at=Trunc("updated_at", "day"))
    RefreshState.objects.update(seconds=2)
