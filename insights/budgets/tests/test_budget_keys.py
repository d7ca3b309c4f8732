"""A budget of what does not exist is refused, with the nearest names."""

from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import TODAY
from core.windows import ONE_DAY, Window
from costs.models import Team
from costs.testing import store_costs, tagged
from insights.budgets.forms import BudgetForm
from insights.models import Budget
from insights.testing import budget, somebody
from users.testing import operator, person, session_of

pytestmark = pytest.mark.django_db
YESTERDAY = Window(TODAY - ONE_DAY, TODAY)
SERVICES = {"Amazon EC2": "5", "Amazon ECS": "1", "Amazon Simple Storage Service": "2"}


@pytest.fixture
def shop() -> CloudAccount:
    """An account with costs, which are read by the tag team."""
    owner = account(name="shop-production")
    owner.settings = {"tag_keys": ["team"]}
    owner.save()
    store_costs(owner, YESTERDAY, SERVICES)
    for team in ("shop", "data"):
        tagged(owner, YESTERDAY.start, team, "4")
    Team.objects.create(name="Shop")
    return owner


def sent(client: Any = None, **body: str) -> Any:
    wanted = {"name": "x", "currency": "USD", "amount": "5", **body}
    return (client or operator()).post("/api/v1/budgets/", wanted, format="json").json()


@pytest.mark.parametrize(
    ("scope", "key", "reason"),
    [
        (
            "service",
            "amazn EC2",
            "No bill has the service amazn EC2. Nearest: Amazon EC2, Amazon ECS.",
        ),
        (
            "service",
            "storage",
            "No bill has the service storage. Nearest: Amazon Simple Storage Service.",
        ),
        ("team", "Shopp", "There is no team Shopp. There are: Shop."),
        ("service", "Lambda", "No bill has the service Lambda. There are 3."),
        ("tag", "team=shpo", "No bill has the tag team=shpo. Nearest: team=shop."),
        (
            "tag",
            "cost=1",
            "Costs are not read by the tag cost. Read are: team. Tag keys are chosen "
            "in the settings of an account.",
        ),
    ],
)
def test_form_and_api_name_what_is_near(
    shop: CloudAccount, scope: str, key: str, reason: str
) -> None:
    assert sent(scope=scope, key=key)["errors"] == {"key": [reason]}
    given = {"name": "x", "currency": "USD", "amount": "5", "scope": scope, "key": key}
    assert BudgetForm(person("operator"), given).errors == {"key": [reason]}
    assert not Budget.objects.exists()


def test_what_is_on_a_bill_is_taken(shop: CloudAccount) -> None:
    assert sent(scope="service", key="Amazon EC2")["key"] == "Amazon EC2"
    assert sent(scope="tag", key="team=data", name="y")["key"] == "team=data"
    assert sent(scope="team", key="Shop", name="z")["key"] == "Shop"


def test_before_any_costs_are_stored_any_service_is_taken() -> None:
    assert sent(scope="service", key="Anything")["key"] == "Anything"


def test_a_budget_of_a_service_that_is_billed_no_more_can_be_changed(
    shop: CloudAccount,
) -> None:
    one = budget(scope="service", key="Gone")
    answer = operator().patch(
        f"/api/v1/budgets/{one.pk}/", {"version": 1, "amount": "7"}, format="json"
    )
    assert answer.json()["amount"] == "7.00"


def test_who_is_limited_hears_of_no_service_of_others(shop: CloudAccount) -> None:
    other = account(2, "staging")
    store_costs(other, YESTERDAY, {"Amazon SageMaker": "3"})
    client = session_of(somebody("operator", shop))
    told = sent(
        client,
        scope="service",
        key="Amazon SageMakr",
        account=shop.account_id,
    )
    assert "SageMaker" not in told["errors"]["key"][0].replace("SageMakr", "")


@pytest.mark.parametrize("wrong", ["shop-prodution", "00000000001"])
def test_an_account_that_does_not_exist_is_named_with_the_nearest(
    shop: CloudAccount, wrong: str
) -> None:
    told = sent(scope="account", account=wrong)["errors"]
    assert told == {
        "account": [
            f"There is no account {wrong} that you may see. Nearest: "
            "shop-production (000000000001)."
        ]
    }
