"""Savings of an account that a user does not see are in no sum shown to them."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clouds.models import CloudAccount
from core.testing.clock import NOW
from insights.models import Verification
from insights.testing import recommendation, somebody, two_accounts

pytestmark = pytest.mark.django_db
PAGES = ["/insights/", "/insights/recommendations/", "/api/v1/recommendations/savings/"]


def saved(owner: CloudAccount, amount: str) -> None:
    Verification.objects.create(
        recommendation=recommendation(owner, status="done"),
        status="realized",
        expected=Decimal(90),
        realized=Decimal(amount),
        currency="USD",
        checked_at=NOW,
    )


def shown(client: Client, user: User, amount: str) -> set[str]:
    """Return the pages that show this amount to the user."""
    client.force_login(user)
    return {page for page in PAGES if amount in client.get(page).content.decode()}


def test_a_realized_saving_is_shown_to_who_sees_its_account(client: Client) -> None:
    production, staging = two_accounts()
    saved(production, "11.25")
    saved(staging, "44.50")
    assert shown(client, somebody(), "55.75") == {*PAGES}
    limited = somebody("operator", production)
    assert shown(client, limited, "11.25") == {*PAGES}
    assert shown(client, limited, "44.50") == shown(client, limited, "55.75") == set()
