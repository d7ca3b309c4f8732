"""docs/acting.md names the rights that acting takes, and no others."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from clouds.models import CloudAccount
from clouds.registry import CloudKind, acting_for, acts_for
from core.testing.aws_emulator import (
    EmulatedAddress,
    EmulatedAws,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedVolume,
)
from core.testing.aws_emulator.builders import ACCOUNT, machine
from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    MySqlServer,
    PostgreSqlServer,
    PublicIp,
    StorageAccount,
)
from providers.acting import ActingSource, ActionKind, CloudAction, seen
from providers.demo.company import PRODUCTION

REGION = "eu-west-1"
# Asked for by Azure itself, within a change that names another resource.
LINKED = {
    "Microsoft.Compute/disks/beginGetAccess/action",
    "Microsoft.Compute/diskEncryptionSets/read",
}


def documented(number: int) -> Any:
    text = Path(settings.BASE_DIR, "docs/acting.md").read_text()
    return json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[number])


def try_and_do(
    source: ActingSource, kind: ActionKind, resource_id: str, target: str
) -> None:
    action = CloudAction(
        key="ci-1",
        kind=kind,
        resource_id=resource_id,
        region=REGION,
        target=target,
    )
    record = source.look(action)
    assert record is not None
    action = replace(action, expected=seen(record))
    source.dry_run(action)
    source.act(action, lambda _: None)


def test_the_policy_of_aws_is_what_is_asked_for(aws: EmulatedAws) -> None:
    statements = documented(0)["Statement"]
    policy = {action for each in statements for action in each["Action"]}
    world = aws.world()
    world.roles = {"cloudintel-acting": "secret"}
    world.policies = {"cloudintel-acting": frozenset(policy)}
    world.add_instance(machine("i-1", instance_type="m5.xlarge"))
    world.add_volume(EmulatedVolume("vol-1", REGION, volume_type="gp2"))
    world.add_address(EmulatedAddress("eipalloc-1", REGION))
    world.add_bucket(EmulatedBucket("logs", REGION))
    world.add_database(EmulatedDatabase("orders", REGION))
    orders = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders"
    account = CloudAccount(
        account_id=ACCOUNT,
        settings={
            "regions": [REGION],
            "acting_role_arn": f"arn:aws:iam::{ACCOUNT}:role/cloudintel-acting",
            "acting_external_id": "secret",
        },
    )
    source = acting_for(account, aws.now)
    assert not [check.error for check in source.acting_checks() if check.error]
    for kind, resource_id, target in (
        (ActionKind.RESIZE_INSTANCE, "i-1", "m5.large"),
        (ActionKind.CHANGE_VOLUME_TYPE, "vol-1", "gp3"),
        (ActionKind.DELETE_VOLUME, "vol-1", ""),
        (ActionKind.RESTORE_VOLUME, "vol-1", f"snap-{1:017x}"),
        (ActionKind.RELEASE_ADDRESS, "eipalloc-1", ""),
        (ActionKind.SET_STORAGE_CLASS, "logs", "StandardIAStorage"),
        (ActionKind.STOP_DATABASE, orders, ""),
        (ActionKind.START_DATABASE, orders, ""),
    ):
        try_and_do(source, kind, resource_id, target)
    asked = {name for name in aws.requests if not name.startswith("sts:")}
    assert asked | {"ec2:CreateTags"} == policy


def test_the_role_of_azure_is_what_is_asked_for(azure: EmulatedAzure) -> None:
    subscription = azure.world.add_subscription()
    vm = subscription.add_vm("web", size="Standard_D4s_v5")
    disk = subscription.add(Disk, "left")
    address = subscription.add(PublicIp, "left")
    storage = subscription.add(StorageAccount, "logs")
    servers = [subscription.add(one, "db") for one in (PostgreSqlServer, MySqlServer)]
    account = CloudAccount(
        provider=CloudKind.AZURE,
        account_id=subscription.subscription_id,
        settings={
            "acting_client_id": "33333333-3333-4333-8333-333333333333",
            "acting_client_secret_env": "AZURE_ACTING_SECRET",
        },
    )
    source = acting_for(account, azure.now)
    role = set(documented(1)["Actions"])
    checks = [check for check in source.acting_checks() if "/" in check.permission]
    assert not [check.error for check in checks if check.error]
    assert {check.permission for check in checks} < role
    for kind, resource_id, target in (
        (ActionKind.RESIZE_INSTANCE, vm.id, "Standard_D2s_v5"),
        (ActionKind.CHANGE_VOLUME_TYPE, disk.id, "Standard_LRS"),
        (ActionKind.DELETE_VOLUME, disk.id, ""),
        (ActionKind.RESTORE_VOLUME, disk.id, "cloudintel-ci-1"),
        (ActionKind.RELEASE_ADDRESS, address.id, ""),
        (ActionKind.SET_STORAGE_CLASS, storage.id, "Cool"),
        *((ActionKind.STOP_DATABASE, one.id, "") for one in servers),
        *((ActionKind.START_DATABASE, one.id, "") for one in servers),
    ):
        try_and_do(source, kind, resource_id.lower(), target)
    assert set(azure.requests) | LINKED == role


@pytest.mark.parametrize(
    ("provider", "account_id", "given", "acts"),
    [
        (CloudKind.AWS, ACCOUNT, {}, False),
        (CloudKind.AWS, ACCOUNT, {"role_arn": "arn:aws:iam::1:role/x"}, False),
        (CloudKind.AWS, ACCOUNT, {"nonsense": 1}, False),
        (CloudKind.AZURE, "/providers/microsoft.billing/billingaccounts/1", {}, False),
        (CloudKind.DEMO, PRODUCTION, {}, True),
    ],
)
def test_an_account_acts_only_with_rights_of_its_own(
    provider: CloudKind, account_id: str, given: dict[str, Any], acts: bool
) -> None:
    account = CloudAccount(provider=provider, account_id=account_id, settings=given)
    assert acts_for(account) is acts
