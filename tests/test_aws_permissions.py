"""README's policy, check_access and the syncs ask AWS for the same permissions."""

import json
import re
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, EmulatedBucket, EmulatedLoadBalancer
from core.testing.aws_emulator.builders import ACCOUNT, machine

pytestmark = pytest.mark.django_db
# AWS answers it to anybody.
OPEN_TO_ALL = {"sts:GetCallerIdentity"}


def policy() -> set[str]:
    readme = Path(settings.BASE_DIR, "README.md").read_text()
    (block,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    (statement,) = json.loads(block)["Statement"]
    return set(statement["Action"])


@override_settings(AWS_COMMITMENT_UTILIZATION=True)
def test_all_ask_for_the_same(aws: EmulatedAws, now: datetime) -> None:
    aws.add_organization(ACCOUNT, {})
    aws.world().add_instance(machine("i-1"))
    aws.world().add_bucket(EmulatedBucket("logs", "eu-west-1"))
    for kind in ("application", "classic"):
        made = EmulatedLoadBalancer(
            kind, "eu-west-1", balancer_type=kind, targets={"web": {"i-1": "healthy"}}
        )
        aws.world().add_load_balancer(made)
    aws_account(is_payer=True)
    out = StringIO()
    with time_machine.travel(now, tick=False):
        call_command("check_access", stdout=out)
    tried = set(re.findall(r"^  ok +(\S+)", out.getvalue(), re.MULTILINE))
    assert tried - OPEN_TO_ALL == policy()
    aws.clear_calls()
    with time_machine.travel(now, tick=False):
        call_command("sync", stdout=StringIO())
    assert set(aws.requests) - OPEN_TO_ALL == policy()
