"""Who sees no account is told so: nothing was found, because nothing was looked at."""

import pytest

from clouds.testing import account, see_only
from insights.testing import anomaly, somebody
from users.testing import session_of

pytestmark = pytest.mark.django_db
LISTS = (
    *("", "forecasts/", "anomalies/", "recommendations/", "advice/", "budgets/"),
    *("planned/", "savings/", "remediation/"),
)


@pytest.mark.parametrize("path", LISTS)
def test_no_list_says_that_all_is_well_or_offers_a_filter(path: str) -> None:
    anomaly(account())
    nobody = somebody("viewer")
    see_only(nobody)
    page = session_of(nobody).get(f"/insights/{path}").content.decode()
    assert "You have access to no account yet</h2>" in page
    assert 'class="filters"' not in page
