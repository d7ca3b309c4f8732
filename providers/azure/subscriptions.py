"""Whether the subscription is there for who asks."""

from providers.azure.azure_errors import failure
from providers.azure.client import AzureClient, Question, understood
from providers.errors import ErrorKind

API_VERSION = "2022-12-01"
# "Warned" and "PastDue" are read as before.
UNREADABLE_STATES = {"Disabled", "Deleted"}


def try_subscription(client: AzureClient) -> None:
    """Raise ProviderError where the account is none that can be read.

    Azure answers with what one has a role on, so an empty list is no empty cloud.
    """
    account_id = client.account.account_id
    question = Question(
        what=f"The list of subscriptions, for {account_id}",
        operation="Microsoft.Resources/subscriptions",
        path="/subscriptions",
        api_version=API_VERSION,
    )
    with understood(question):
        states = {
            raw["subscriptionId"].lower(): raw["state"]
            for raw in client.values(question)
        }
    if account_id not in states:
        others = f"{len(states)} others" if states else "none at all"
        raise failure(
            ErrorKind.DENIED,
            question.reading,
            f"it is not among those that the application has a role on, which are "
            f"{others}",
            f"Assign the role Reader on {client.account.scope} and check the tenant.",
        )
    if states[account_id] in UNREADABLE_STATES:
        raise failure(
            ErrorKind.NOT_ENABLED,
            question.reading,
            f"its state is {states[account_id]}",
            "Its owner can enable it in the Azure portal. What is stored stays.",
        )
