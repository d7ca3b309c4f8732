"""add_account asks AWS who it is, so that no account is ever mislabelled."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.registry import CloudKind, acts_for
from core.testing.aws_emulator import EmulatedAws
from providers.demo.company import PRODUCTION
from syncs.accounts.changes import save_account
from syncs.models import Watermark
from users.models import AuditEntry

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
    assert (account.name, account.settings["regions"]) == ("first", ["eu-west-1"])


def test_a_role_gives_the_account_that_it_belongs_to(aws: EmulatedAws) -> None:
    aws.world(MEMBER).roles = {"reader": "secret"}
    arn = f"arn:aws:iam::{MEMBER}:role/reader"
    add_account("--role-arn", arn, "--external-id", "secret")
    account = CloudAccount.objects.get()
    assert (account.account_id, account.settings["role_arn"]) == (MEMBER, arn)


def test_an_acting_role_is_given_and_taken_away_and_audited(aws: EmulatedAws) -> None:
    arn = f"arn:aws:iam::{PAYER}:role/acting"
    assert not acts_for(CloudAccount(settings={}))
    add_account("--acting-role-arn", arn, "--acting-external-id", "secret")
    assert acts_for(CloudAccount.objects.get())
    entry = AuditEntry.objects.get(action="cloudaccount.add")
    assert arn in str(entry.details["acting_role_arn"])
    assert "secret" not in str(entry.details)
    add_account("--acting-role-arn", "")
    assert not acts_for(CloudAccount.objects.get())


def test_the_role_that_reads_is_no_acting_role(aws: EmulatedAws) -> None:
    arn = f"arn:aws:iam::{PAYER}:role/reader"
    with pytest.raises(CommandError, match="a role of its own"):
        add_account("--role-arn", arn, "--acting-role-arn", arn)
    assert not CloudAccount.objects.exists()


def test_members_that_join_do_not_act_by_their_payers_role(aws: EmulatedAws) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    add_account(
        "--organization", "--acting-role-arn", f"arn:aws:iam::{PAYER}:role/acting"
    )
    assert acts_for(CloudAccount.objects.get(account_id=PAYER))
    assert not acts_for(CloudAccount.objects.get(account_id=MEMBER))


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
    assert member.settings["role_arn"] == f"arn:aws:iam::{MEMBER}:role/cloudintel"


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


def test_a_payer_is_found_out_and_its_members_are_not_counted_beside_it(
    aws: EmulatedAws,
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    role = f"arn:aws:iam::{MEMBER}:role/reader"
    add_account("--role-arn", role)
    assert CloudAccount.objects.get().payer is None
    assert "pays for an organization" in add_account("--name", "main")
    payer = CloudAccount.objects.get(account_id=PAYER)
    member = CloudAccount.objects.get(account_id=MEMBER)
    assert payer.is_payer
    assert (member.payer, member.settings["role_arn"]) == (payer, role)


def test_a_member_that_is_added_later_belongs_to_its_payer(aws: EmulatedAws) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    add_account()
    add_account("--role-arn", f"arn:aws:iam::{MEMBER}:role/reader")
    member = CloudAccount.objects.get(account_id=MEMBER)
    assert member.payer == CloudAccount.objects.get(account_id=PAYER)


def test_an_organization_added_again_keeps_what_its_members_have(
    aws: EmulatedAws,
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    add_account("--organization", "--external-id", "secret")
    CloudAccount.objects.filter(account_id=MEMBER).update(name="prod")
    add_account("--organization")
    member = CloudAccount.objects.get(account_id=MEMBER)
    assert (member.name, member.settings["external_id"]) == ("prod", "secret")


def test_a_role_that_is_none_is_refused_before_aws_is_asked(aws: EmulatedAws) -> None:
    with pytest.raises(CommandError, match="--role-arn foo: A role ARN looks like"):
        add_account("--role-arn", "foo")
    assert not aws.requests


@pytest.mark.parametrize("partition", ["aws-iso", "aws-us-gov"])
def test_another_partition_is_refused_in_one_sentence(
    aws: EmulatedAws, partition: str
) -> None:
    arn = f"arn:{partition}:iam::{MEMBER}:role/reader"
    with pytest.raises(CommandError, match=f"partition {partition} can't be read"):
        add_account("--role-arn", arn)
    assert not aws.requests


def test_the_invented_company_leaves_for_a_real_account(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=PRODUCTION, name="production"
    )
    assert "Removed the invented company" in add_account()
    assert CloudAccount.objects.get().account_id == PAYER


def test_a_bill_that_covers_others_now_is_read_again(
    aws: EmulatedAws, now: Any
) -> None:
    add_account()
    account = CloudAccount.objects.get()
    Watermark.objects.create(
        account=account, dataset="cost", read_until=now.date(), updated_at=now
    )
    add_account("--name", "still the same")
    assert Watermark.objects.exists()
    account.is_payer = True
    save_account(account)
    assert not Watermark.objects.exists()


def test_a_name_that_would_turn_its_account_id_around_is_refused(
    aws: EmulatedAws,
) -> None:
    with pytest.raises(CommandError, match="no control characters"):
        add_account("--name", "main\N{RIGHT-TO-LEFT OVERRIDE}")
    assert not CloudAccount.objects.exists()


def test_a_denied_answer_is_reported_and_is_not_that_nobody_pays(
    aws: EmulatedAws,
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    aws.deny("organizations:DescribeOrganization")
    answer = add_account("--name", "main")
    assert "Which account pays for main (123456789012) is unknown" in answer
    assert "Allow it in the IAM policy" in answer
    assert CloudAccount.objects.get().is_payer is None
    aws.heal()
    assert "unknown" not in add_account()
    assert CloudAccount.objects.get().is_payer is True


def test_an_account_outside_an_organization_pays_for_itself(aws: EmulatedAws) -> None:
    assert "unknown" not in add_account()
    account = CloudAccount.objects.get()
    assert (account.is_payer, account.payer) == (False, None)


def test_who_says_to_pay_is_believed_where_aws_may_not_say(aws: EmulatedAws) -> None:
    aws.deny("organizations:DescribeOrganization")
    aws.deny("organizations:ListAccounts")
    assert "organizations:ListAccounts" in add_account("--payer")
    assert CloudAccount.objects.get().is_payer is True


def test_members_of_another_payer_are_not_added(aws: EmulatedAws) -> None:
    """A delegated administrator may list them, and pays for none."""
    aws.add_organization(PAYER, {MEMBER: "shop"})
    arn = f"arn:aws:iam::{MEMBER}:role/reader"
    with pytest.raises(CommandError, match="organizations:ListAccounts"):
        add_account("--organization", "--role-arn", arn)
    assert not CloudAccount.objects.exists()


def test_an_organization_added_again_changes_what_is_given_of_all(
    aws: EmulatedAws,
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    add_account("--organization", "--region", "eu-west-1")
    add_account("--organization", "--role-name", "reader", "--external-id", "secret")
    assert CloudAccount.objects.get(account_id=MEMBER).settings == {
        "role_arn": f"arn:aws:iam::{MEMBER}:role/reader",
        "external_id": "secret",
        "regions": ["eu-west-1"],
    }


def test_a_closed_account_of_the_organization_is_reported_and_disabled(
    aws: EmulatedAws,
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    add_account("--organization")
    aws.world(MEMBER).organization_state = "SUSPENDED"
    assert "shop (222222222222) was closed" in add_account("--organization")
    assert not CloudAccount.objects.get(account_id=MEMBER).is_enabled


def test_tag_keys_are_stored_and_their_price_is_reported(aws: EmulatedAws) -> None:
    answer = add_account("--tag-key", "team", "--tag-key", "env")
    assert CloudAccount.objects.get().settings["tag_keys"] == ["team", "env"]
    price = "each of the tags team, env: one more question a sync, $0.01 a page of it"
    assert f"Costs are read, also by {price}." in answer
    # Something else of the emulated account is missing, and told beside it.
    with pytest.raises(CommandError):
        call_command("check_access", stdout=(output := StringIO()))
    assert f"(for sync_cost, also by {price})" in output.getvalue()
    add_account("--name", "first")
    assert CloudAccount.objects.get().settings["tag_keys"] == ["team", "env"]


def test_a_tag_key_that_can_not_be_read_is_refused(aws: EmulatedAws) -> None:
    with pytest.raises(CommandError, match="The tag key 'a=b' can't be read"):
        add_account("--tag-key", "a=b")
    assert not CloudAccount.objects.exists()
