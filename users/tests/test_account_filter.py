"""The filter by account knows who asks, though filters are shared by requests."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict

from clouds.access import set_access
from clouds.filters import CloudAccountFilter, account_filter
from clouds.models import CloudAccount
from clouds.testing import account
from users.testing import person

pytestmark = pytest.mark.django_db


class OwnFilter(CloudAccountFilter):
    account = account_filter("pk")


def filtered(user: User, query: str) -> Any:
    return OwnFilter(
        QueryDict(query),
        queryset=CloudAccount.objects.order_by("pk"),
        request=SimpleNamespace(user=user),
    )


def test_each_request_may_choose_the_accounts_of_its_user() -> None:
    first, second = account(1), account(2)
    everyone, limited = person("viewer"), person("operator")
    set_access(limited, [first], all_accounts=False)
    asked = f"account={second.account_id}"
    both = filtered(everyone, asked), filtered(limited, asked)
    assert [one.is_valid() for one in both] == [True, False]
    assert list(both[0].qs) == [second]
    chosen = filtered(limited, f"account={first.account_id}&search=nothing")
    assert chosen.is_valid() and not chosen.qs.exists()
