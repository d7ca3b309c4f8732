"""add_account asks AWS who it is, so that no account is ever mislabelled."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from syncs.models import CloudAccount
from tests.emulator import EmulatedAws

pytestmark = pytest.mark.django_db
PAYER, MEMBER = "123456789012", "222222222222"


def add_account(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("add_account", *args, stdout=out, **options)
    return out.getvalue()


def test_without_arguments_it_adds_whose_credentials_are_there(
    aws: EmulatedAws,
) -> None:
    assert f"Added {PAYER} ({PAYER})." in add_account()
    assert CloudAccount.objects.get().account_id == PAYER


def test_run_again_it_changes_only_what_is_given(aws: EmulatedAws) -> None:
    add_account("--name", "main", "--region", "eu-west-1")
    assert "Changed" in add_account("--name", "first")
    account = CloudAccount.objects.get()
    assert (account.name, account.regions) == ("first", ["eu-west-1"])


def test_a_role_gives_the_account_that_it_belongs_to(aws: EmulatedAws) -> None:
    aws.world(MEMBER).roles = {"reader": "secret"}
    arn = f"arn:aws:iam::{MEMBER}:role/reader"
    add_account("--role-arn", arn, "--external-id", "secret")
    account = CloudAccount.objects.get()
    assert (account.account_id, account.role_arn) == (MEMBER, arn)


def test_a_role_that_asks_for_another_external_id_is_refused(aws: EmulatedAws) -> None:
    aws.world(MEMBER).roles = {"reader": "secret"}
    with pytest.raises(CommandError, match="external ID is the one it asks for"):
        add_account("--role-arn", f"arn:aws:iam::{MEMBER}:role/reader")
    assert not CloudAccount.objects.exists()


def test_an_organization_adds_its_active_members(aws: EmulatedAws) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop", "333333333333": "closed"})
    aws.world("333333333333").organization_state = "SUSPENDED"
    add_account("--organization", "--name", "payer")
    payer, member = CloudAccount.objects.order_by("name")
    assert payer.is_payer
    assert (member.name, member.payer) == ("shop", payer)
    assert member.role_arn == f"arn:aws:iam::{MEMBER}:role/cloudintel"


def test_a_role_arn_that_is_none_is_refused_by_name(aws: EmulatedAws) -> None:
    with pytest.raises(CommandError):
        add_account("--role-arn", "reader")
    assert not CloudAccount.objects.exists()


def test_bad_credentials_are_one_sentence(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.fail("sts:GetCallerIdentity", code="InvalidClientTokenId")
    with pytest.raises(CommandError, match="Check the AWS credentials"):
        add_account()
