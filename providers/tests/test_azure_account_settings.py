"""What an Azure account may be read with, and what its id looks like."""

from typing import Any

import pytest

from providers.azure.account_settings import AzureSettings, check_account_id
from providers.settings import InvalidSetting

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
ACTING = {"acting_client_id": TENANT, "acting_client_secret_env": "_S2"}
BILL = "/providers/microsoft.billing/billingaccounts/1234567"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tenant": TENANT, "client_id": CLIENT.upper(), "client_secret_env": "_S1"},
        {"tenant": TENANT, "client_id": CLIENT, "certificate": "/etc/azure.pem"},
        {"managed_identity": True, "cloud": "usgov"},
        {"managed_identity": True, "client_id": CLIENT, "cloud": "china"},
        {"acting_client_id": CLIENT, "acting_client_secret_env": "_S2"},
        {"acting_client_id": CLIENT, "acting_managed_identity": True},
    ],
)
def test_each_way_to_sign_in_is_taken(values: dict[str, Any]) -> None:
    assert AzureSettings.of(values).as_json() == {"cloud": "public"} | values


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"tenant": "contoso.com"}, "tenant"),
        ({"client_id": "cloudintel"}, "client_id"),
        ({"client_secret_env": "it's a secret"}, "client_secret_env"),
        ({"client_secret_env": "S", "certificate": "/c"}, "client_secret_env"),
        ({"certificate": "/c", "managed_identity": True}, "client_secret_env"),
        ({"cloud": "germany"}, "cloud"),
        ({"acting_client_id": CLIENT}, "acting_client_id"),
        ({"acting_certificate": "/c"}, "acting_client_id"),
        (
            {"client_id": CLIENT, **ACTING, "acting_client_id": CLIENT.upper()},
            "acting_client_id",
        ),
        ({**ACTING, "acting_certificate": "/c"}, "acting_client_secret_env"),
        ({"secret": "x"}, "settings"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSetting) as raised:
        AzureSettings.of(values)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "account_id",
    [
        TENANT,
        BILL,
        f"{BILL}/billingprofiles/a-b",
        f"{BILL}/billingprofiles/a-b/invoicesections/c",
        f"{BILL}/departments/1",
        f"{BILL}/enrollmentaccounts/2",
        "/providers/microsoft.management/managementgroups/all",
    ],
)
def test_a_subscription_and_each_scope_is_an_account(account_id: str) -> None:
    check_account_id(account_id)


@pytest.mark.parametrize(
    "account_id",
    [
        "",
        "123456789012",
        CLIENT.replace("2", "A"),
        f"/subscriptions/{TENANT}",
        "/providers/Microsoft.Billing/billingAccounts/1234567",
        f"{BILL}/invoicesections/c",
        f"{BILL}/departments/1/",
        "/providers/microsoft.management/managementgroups/",
        "/providers/microsoft.management/managementgroups/a b",
    ],
)
def test_anything_else_is_none(account_id: str) -> None:
    with pytest.raises(InvalidSetting, match="subscription id in lower case"):
        check_account_id(account_id)
