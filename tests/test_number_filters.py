"""A number filter takes any number, on each database, and refuses it or answers."""

from itertools import cycle, islice

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clouds.testing import account
from core.testing.clock import TODAY
from costs.testing import charge

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
NUMBERS = [
    *("1e9", "922337203", "922337204", "9999999999", "1e10", "1e18", "1e19", "1e30"),
    *("1e300", "1e400", "9" * 400, "Infinity", "NaN", "1e-30", "0x1", "١"),
]
ADDRESSES = {
    "/api/v1/costs/": ["amount_min", "amount_max"],
    "/api/v1/instances/": ["average_min", "average_max"],
    "/instances/": ["average_min", "average_max"],
    "/admin/metrics/cpumetric/": ["average_percent_from", "maximum_percent_to"],
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("sign", ["", "-"])
def test_it_is_refused_or_answered(address: str, sign: str, client: Client) -> None:
    """Each number by one of two names, and with the other sign by the other name."""
    charge(account(), TODAY, "5")
    client.force_login(User.objects.create_superuser("ada"))
    names = islice(cycle(ADDRESSES[address]), len(sign), None)
    found = {
        (name, number): client.get(address, {name: sign + number}).status_code
        for number, name in zip(NUMBERS, names, strict=False)
    }
    assert {200, *found.values()} <= {200, 302, 400}, found
