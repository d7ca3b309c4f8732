"""add_account connects Azure subscriptions, and bills over many of them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from clouds.registry import CloudKind, acts_for, provider_for
from clouds.testing import BILLING_SCOPE, SUBSCRIPTION, azure_account
from core.testing.clock import NOW
from providers.demo.company import PRODUCTION
from syncs.datasets import Dataset, datasets_of, why_not
from users.testing import operator

pytestmark = pytest.mark.django_db
TENANT = "00000000-0000-0000-0000-00000000000e"
CLIENT = "00000000-0000-0000-0000-00000000000c"
SIGN_IN = ("--tenant", TENANT, "--client-id", CLIENT)
SECRET = ("--client-secret-env", "AZURE_CLIENT_SECRET")


def add_account(*args: str) -> str:
    out = StringIO()
    call_command("add_account", "--provider", "azure", *args, stdout=out)
    return out.getvalue()


def refusal(*args: str) -> str:
    with pytest.raises(CommandError) as refused:
        add_account(*args)
    assert refused.value.returncode == 2
    assert not CloudAccount.objects.filter(provider=CloudKind.AZURE).exists()
    return str(refused.value)


def test_a_subscription_is_added_with_who_asks_and_without_a_secret() -> None:
    shown = add_account("--subscription", SUBSCRIPTION.upper(), *SIGN_IN, *SECRET)
    assert f"Added subscription {SUBSCRIPTION[:8]} ({SUBSCRIPTION})." in shown
    account = CloudAccount.objects.get()
    assert (account.account_id, account.is_payer) == (SUBSCRIPTION, False)
    assert account.settings == {
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret_env": "AZURE_CLIENT_SECRET",
    }


def test_run_again_it_changes_what_is_given_and_one_way_in_replaces_another() -> None:
    add_account("--subscription", SUBSCRIPTION, *SIGN_IN, *SECRET, "--name", "prod")
    shown = add_account("--subscription", SUBSCRIPTION, "--managed-identity")
    assert f"Changed prod ({SUBSCRIPTION})." in shown
    assert CloudAccount.objects.get().settings == {
        "tenant": TENANT,
        "client_id": CLIENT,
        "managed_identity": True,
    }
    assert provider_for(CloudAccount.objects.get(), NOW)


def test_who_acts_is_another_identity_and_is_taken_away_by_an_empty_id() -> None:
    acting = ("--acting-client-id", TENANT, "--acting-client-secret-env", "ACTING")
    add_account("--subscription", SUBSCRIPTION, *SIGN_IN, *SECRET, *acting)
    account = CloudAccount.objects.get()
    assert acts_for(account)
    assert account.settings["acting_client_secret_env"] == "ACTING"
    assert account.settings["client_secret_env"] == "AZURE_CLIENT_SECRET"
    add_account("--subscription", SUBSCRIPTION, "--acting-client-id", "")
    account = CloudAccount.objects.get()
    assert not acts_for(account)
    assert account.settings == {
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret_env": "AZURE_CLIENT_SECRET",
    }


def test_who_reads_does_not_act() -> None:
    same = ("--acting-client-id", CLIENT, "--acting-managed-identity")
    words = refusal("--subscription", SUBSCRIPTION, *SIGN_IN, *SECRET, *same)
    assert "an identity of its own" in words


@pytest.mark.parametrize(
    ("args", "account_id", "name"),
    [
        (
            ("--billing-scope", "/providers/Microsoft.Billing/billingAccounts/1234567"),
            BILLING_SCOPE,
            "1234567",
        ),
        (
            ("--billing-scope", BILLING_SCOPE.replace("1234567", TENANT)),
            BILLING_SCOPE.replace("1234567", TENANT),
            "billing scope 00000000",
        ),
        (
            ("--management-group", "Platform"),
            "/providers/microsoft.management/managementgroups/platform",
            "platform",
        ),
    ],
)
def test_a_bill_over_subscriptions_is_a_payer_and_has_costs_alone(
    args: tuple[str, str], account_id: str, name: str
) -> None:
    assert "is a bill over subscriptions" in add_account(*args, "--managed-identity")
    account = CloudAccount.objects.get()
    assert (account.account_id, account.name) == (account_id, name)
    assert account.is_payer
    assert datasets_of(account) == [Dataset.COST]
    assert (
        why_not(account, Dataset.CPU)
        == "CPU and network: not offered for a bill over other accounts."
    )


def test_a_subscription_has_every_dataset_but_the_use_of_commitments() -> None:
    assert set(Dataset) - set(datasets_of(azure_account())) == {Dataset.COMMITMENTS}


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ((), "Give one of --subscription, --billing-scope, --management-group"),
        (("--subscription", SUBSCRIPTION, "--management-group", "x"), "Give one of"),
        (("--subscription", "prod"), "An Azure account is a subscription id"),
        (("--billing-scope", "1234567"), "or a scope such as /providers/microsoft"),
        (("--subscription", SUBSCRIPTION, "--tenant", "x"), "A tenant id is a GUID."),
        (
            ("--subscription", SUBSCRIPTION, *SECRET, "--managed-identity"),
            "Give one of a client secret, a certificate and a managed identity.",
        ),
        (
            ("--subscription", SUBSCRIPTION, "--client-secret-env", "h~nter2"),
            "Give the name of an environment variable, not the secret itself.",
        ),
        (
            ("--subscription", SUBSCRIPTION, "--role-arn", "arn:aws:iam::1:role/x"),
            "--role-arn is an argument of --provider aws, not of azure.",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(args: tuple[str, ...], shown: str) -> None:
    assert shown in refusal(*args)


def test_an_argument_of_azure_is_none_of_aws() -> None:
    with pytest.raises(CommandError, match="--subscription is an argument of"):
        call_command("add_account", "--subscription", SUBSCRIPTION)


def test_the_invented_company_leaves_for_a_subscription() -> None:
    CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=PRODUCTION, name="production"
    )
    shown = add_account("--subscription", SUBSCRIPTION, "--managed-identity")
    assert "Removed the invented company" in shown
    assert CloudAccount.objects.get().provider == CloudKind.AZURE


def form_of(**values: Any) -> dict[str, Any]:
    facts = {"provider": "azure", "account_id": SUBSCRIPTION, "name": "prod"}
    return {**facts, "is_enabled": "on", "is_payer": "unknown", "regions": "", **values}


def test_the_admin_adds_and_changes_one_with_the_settings_of_azure(
    admin_client: Client,
) -> None:
    url = reverse("admin:clouds_cloudaccount_add")
    admin_client.post(
        url, form_of(tenant=TENANT, client_id=CLIENT, certificate="c.pem")
    )
    account = CloudAccount.objects.get()
    assert account.settings == {
        "tenant": TENANT,
        "client_id": CLIENT,
        "certificate": "c.pem",
        "cloud": "public",
    }
    change = reverse("admin:clouds_cloudaccount_change", args=[account.pk])
    page = admin_client.get(change).content.decode()
    assert TENANT in page
    assert "Role ARN" not in page
    admin_client.post(change, form_of(managed_identity="on", cloud="china"))
    account.refresh_from_db()
    assert account.settings == {"managed_identity": True, "cloud": "china"}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"tenant": "x"}, "A tenant id is a GUID."),
        ({"role_arn": "arn:aws:iam::111111111111:role/x"}, "not a setting of Azure."),
        ({"provider": "aws", "tenant": TENANT}, "This is not a setting of AWS."),
        ({"account_id": "prod"}, "An Azure account is a subscription id"),
    ],
)
def test_the_admin_refuses_what_does_not_fit(
    admin_client: Client, values: dict[str, str], shown: str
) -> None:
    answer = admin_client.post(
        reverse("admin:clouds_cloudaccount_add"), form_of(**values)
    )
    assert shown in answer.content.decode()
    assert not CloudAccount.objects.exists()


def test_the_api_says_who_asks() -> None:
    azure_account(settings={"tenant": TENANT, "client_id": CLIENT})
    (row,) = operator().get("/api/v1/accounts/?provider=azure").json()["results"]
    assert (row["tenant"], row["client_id"]) == (TENANT, CLIENT)
    assert (row["role_arn"], row["is_payer"]) == ("", False)
