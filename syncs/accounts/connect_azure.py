"""Connecting an Azure subscription, or a bill over many of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clouds.registry import CloudKind
from core.commands import bad_arguments
from providers.azure.account_settings import CLOUDS, GUID
from providers.azure.cost_management import TAG_PRICE
from providers.settings import priced_tags
from syncs.accounts.connect import Connector, Options, store_account
from users.audit import Actor

MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
COVERS_OTHERS = (
    "{} is a bill over subscriptions: its costs are read by subscription, and nothing "
    "else. A subscription that is added too is not counted a second time."
)
WHICH = {
    "subscription": "--subscription",
    "billing_scope": "--billing-scope",
    "management_group": "--management-group",
}
# Who asks, and where: what is given replaces all of these that were stored.
WAYS: dict[str, Any] = {
    "client_secret_env": "",
    "certificate": "",
    "managed_identity": False,
}
# Who acts, likewise.
ACTING: dict[str, Any] = {
    "acting_client_id": "",
    "acting_client_secret_env": "",
    "acting_certificate": "",
    "acting_managed_identity": False,
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "--subscription": {"metavar": "ID", "help": "The subscription to read."},
    "--billing-scope": {
        "metavar": "SCOPE",
        "help": "A billing account or profile, such as "
        "/providers/Microsoft.Billing/billingAccounts/1234567: the costs of all its "
        "subscriptions, and no resources.",
    },
    "--management-group": {
        "metavar": "ID",
        "help": "The costs of the subscriptions of a management group, and no "
        "resources.",
    },
    "--tenant": {"metavar": "ID", "help": "The tenant (directory) that signs in."},
    "--client-id": {
        "metavar": "ID",
        "help": "The application, or a user-assigned managed identity.",
    },
    "--client-secret-env": {
        "metavar": "NAME",
        "help": "The environment variable that holds the application's secret.",
    },
    "--certificate": {
        "metavar": "FILE",
        "help": "The file with the application's certificate and key (PEM or PKCS12).",
    },
    "--managed-identity": {
        "action": "store_true",
        "help": "Sign in as the machine. Without any of these three: as the workload "
        "(AZURE_FEDERATED_TOKEN_FILE).",
    },
    "--acting-client-id": {
        "metavar": "ID",
        "help": "The application or managed identity that changes resources once that "
        "was approved, which is another one. Default: nothing is ever changed. Empty: "
        "no longer.",
    },
    "--acting-client-secret-env": {
        "metavar": "NAME",
        "help": "The environment variable that holds the acting application's secret.",
    },
    "--acting-certificate": {
        "metavar": "FILE",
        "help": "The file with its certificate and key (PEM or PKCS12).",
    },
    "--acting-managed-identity": {
        "action": "store_true",
        "help": "Act as a managed identity of the machine.",
    },
    "--azure-cloud": {
        "choices": CLOUDS,
        "help": "Another cloud than the public one.",
    },
}


def connect(options: Options, now: datetime, actor: Actor) -> Iterator[str]:
    """Store it. No request is sent: check_access tries what may be read."""
    account_id = _account_id(options)
    account, sentence = store_account(
        CloudKind.AZURE, account_id, _given(options), actor, _name_of(account_id)
    )
    yield sentence
    if account.is_payer:
        yield COVERS_OTHERS.format(account)
    if tags := priced_tags(options["tag_key"] or [], TAG_PRICE):
        yield f"Costs are read{tags}."


def _account_id(options: Options) -> str:
    """Return the one that is named, in lower case, as Azure ignores it."""
    named = [name for name in WHICH if options[name]]
    if len(named) != 1:
        flags = ", ".join(WHICH.values())
        raise bad_arguments(
            f"Give one of {flags}: it says which costs and resources are read."
        )
    (name,) = named
    account_id = str(options[name]).strip().rstrip("/").lower()
    if name == "management_group" and "/" not in account_id:
        return MANAGEMENT_GROUP + account_id
    return account_id


def _name_of(account_id: str) -> str:
    """Return what it is called until a user names it: nobody reads a whole GUID."""
    last = account_id.rpartition("/")[2]
    if not GUID.fullmatch(last):
        return last
    if last == account_id:
        return f"subscription {last[:8]}"
    is_group = account_id.startswith(MANAGEMENT_GROUP)
    return f"{'management group' if is_group else 'billing scope'} {last[:8]}"


def _given(options: Options) -> dict[str, Any]:
    """Return the fields that the arguments name; others stay as they are."""
    ways = {name: options[name] for name in WAYS if options[name]}
    named = {
        "name": options["name"],
        "tenant": options["tenant"] and options["tenant"].lower(),
        "client_id": options["client_id"] and options["client_id"].lower(),
        "cloud": options["azure_cloud"],
        "tag_keys": options["tag_key"],
    }
    given = {name: value for name, value in named.items() if value is not None}
    acting = {
        name: options[name] for name in ACTING if options[name] not in (None, False)
    }
    given |= ACTING | acting if acting else {}
    return given | (WAYS | ways if ways else {})


AZURE = Connector(ARGUMENTS, connect)
