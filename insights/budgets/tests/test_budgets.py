"""Budgets: what is spent and will be, and one alert for each threshold and month."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from alerts.models import Notice
from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_shared_version
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.allocation.changes import TEAMS
from costs.allocation.testing import team_rule
from costs.testing import charge, close, store_costs, tagged
from insights.budgets.forms import BudgetForm
from insights.budgets.refresh import (
    is_due,
    refresh_budget,
    refresh_budgets,
    status_of,
    team_spending,
)
from insights.models import Budget, BudgetAlert
from insights.testing import budget, forecast, two_accounts
from users.testing import person, session_of

pytestmark = pytest.mark.django_db
NOVEMBER = Window(date(2026, 11, 1), TODAY)


def spent(owner: CloudAccount, **per_day: str) -> None:
    store_costs(owner, NOVEMBER, per_day or {"EC2": "5"})


def test_it_counts_what_is_billed_and_what_will_be() -> None:
    owner = account()
    spent(owner)
    forecast(None, "10")
    forecast(owner, "10", scope="total")  # of a bill that is part of all
    status = status_of(budget(), NOW)
    assert (status.spent, status.forecasted) == (95, 205)
    assert status.forecasted_high == 216
    assert status.spent_until == date(2026, 11, 19)


def test_each_scope_counts_only_its_own() -> None:
    one, other = two_accounts()
    spent(one, EC2="5", S3="1")
    spent(other, EC2="2")
    budgets = [
        budget(name="all"),
        budget(name="one", scope="account", account=one),
        budget(name="EC2", scope="service", key="EC2"),
        budget(name="EC2 of one", scope="service", key="EC2", account=one),
        budget(name="euros", currency="EUR"),
    ]
    sums = [status_of(one, NOW).spent for one in budgets]
    assert sums == [152, 114, 133, 95, None]


def test_a_members_costs_are_on_its_payers_bill() -> None:
    payer, member = two_accounts()
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    member.payer = payer
    member.save()
    spent(payer)
    payer.daily_costs.update(sub_account_id=member.account_id)
    forecast(payer, "10", key=member.account_id)
    forecast(member, "1")  # of its own bill, which is read no more
    status = status_of(budget(scope="account", account=member), NOW)
    assert (status.spent, status.forecasted) == (95, 205)


def test_what_a_member_stored_before_it_joined_is_part_of_its_month() -> None:
    payer, member = two_accounts()
    member.payer = payer
    member.save()
    store_costs(member, Window(date(2026, 11, 1), date(2026, 11, 7)), {"EC2": "3"})
    together = Window(date(2026, 11, 5), TODAY)
    for day in together.days():
        charge(payer, day, "2", sub_account=member.account_id)
    close(payer, *together.days())
    status = status_of(budget(scope="account", account=member), NOW)
    assert status.spent == 4 * 3 + len(together) * 2


def test_without_a_forecast_it_says_that_only_what_is_spent_is_known() -> None:
    spent(account())
    status = status_of(budget(), NOW)
    assert status.forecasted is None
    assert "No forecast reaches the end of the month" in status.note


def test_the_first_day_of_a_month_counts_as_soon_as_any_of_it_is_stored() -> None:
    first = date(2026, 12, 1)
    store_costs(account(), Window(first, date(2026, 12, 2)), {"EC2": "5"})
    status = status_of(budget(), datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert (status.spent, status.spent_until) == (5, first)


def test_before_the_first_day_of_a_month_is_stored_its_costs_are_unknown() -> None:
    store_costs(account(), Window(date(2026, 10, 1), date(2026, 11, 1)), {"EC2": "5"})
    forecast(None, "10", first=date(2026, 11, 1))
    status = status_of(budget(), NOW)
    assert (status.spent, status.spent_until, status.forecasted) == (None, None, 300)


def test_each_threshold_is_noted_once_a_month() -> None:
    spent(account())
    forecast(None, "10")
    one = budget(actual_percents=[50, 95, 100], forecasted_percents=[205, 206])
    for _ in range(2):
        refresh_budget(one, NOW)
    told = BudgetAlert.objects.order_by("kind", "threshold")
    assert list(told.values_list("kind", "threshold")) == [
        ("actual", 50),
        ("actual", 95),
        ("forecasted", 205),
    ]
    assert "$95.00 of $100.00 spent in November 2026" in told[0].sentence
    store_costs(
        account(2, "more"), Window(date(2026, 12, 1), date(2026, 12, 3)), {"S3": "60"}
    )
    refresh_budgets(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert BudgetAlert.objects.filter(period=date(2026, 12, 1)).count() == 5


def test_each_channel_gets_one_notice_of_an_alert(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    settings.ALERT_WEBHOOK_URL = "https://hooks.example.com/x"
    owner = account()
    spent(owner)
    budget(scope="account", account=owner, actual_percents=[90], forecasted_percents=[])
    for _ in range(3):
        refresh_budgets(NOW)
    email, webhook = Notice.objects.order_by("channel")
    assert (email.channel, webhook.channel) == ("email", "webhook")
    assert email.text == BudgetAlert.objects.get().sentence
    assert (email.account, email.severity) == (owner, "critical")
    assert mail.outbox == []  # delivery is a task of its own
    assert not is_due(NOW)


def test_of_thresholds_that_are_exceeded_at_once_the_largest_is_sent(
    settings: Any,
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    spent(account())
    forecast(None, "10")
    budget(actual_percents=[50, 90], forecasted_percents=[80, 205])
    for _ in range(2):
        refresh_budgets(NOW)
    assert BudgetAlert.objects.count() == 4
    about = [one.about for one in Notice.objects.order_by("id")]
    assert {(one.kind, one.threshold) for one in about if one} == {
        ("actual", 90),
        ("forecasted", 205),
    }
    assert not is_due(NOW)
    page = session_of(person("viewer")).get(Budget.objects.get().get_absolute_url())
    assert page.content.decode().count("not sent: a larger threshold") == 2


def test_a_channel_that_is_configured_later_gets_this_months_alerts(
    settings: Any,
) -> None:
    spent(account())
    budget(actual_percents=[90], forecasted_percents=[])
    refresh_budgets(NOW)
    assert not Notice.objects.exists()
    assert not is_due(NOW)
    settings.ALERT_EMAILS = ["ops@example.com"]
    assert is_due(NOW)
    refresh_budgets(NOW)
    assert Notice.objects.get().about == BudgetAlert.objects.get()


def by_team(owner: CloudAccount, window: Window, amount: str = "2") -> None:
    owner.settings = {"tag_keys": ["team"]}
    owner.save()
    for day in window.days():
        tagged(owner, day, "shop", amount)
        tagged(owner, day, "", "1")


def test_a_tag_counts_what_is_billed_with_its_value() -> None:
    owner = account()
    spent(owner, EC2="3")
    by_team(owner, NOVEMBER)
    status = status_of(budget(scope="tag", key="team=shop"), NOW)
    # 19 whole days, and 11 more like the last seven.
    assert (status.spent, status.forecasted) == (2 * 19, 2 * 30)
    assert status.spent_until == date(2026, 11, 19)
    assert status.note == "The rest of the month is forecast by the average of 7 days."
    other = budget(name="data", scope="tag", key="team=data")
    assert status_of(other, NOW).spent == 0


def test_days_that_were_not_read_by_the_tag_are_not_counted_as_nothing() -> None:
    """Its key was chosen two days ago."""
    owner = account()
    spent(owner, EC2="3")
    by_team(owner, Window(date(2026, 11, 18), TODAY))
    status = status_of(budget(scope="tag", key="team=shop"), NOW)
    assert (status.spent, status.forecasted) == (4, 4 + 2 * 11)
    assert status.note == "The rest of the month is forecast by the average of 2 days."


def test_a_tag_of_one_account_leaves_out_the_others() -> None:
    one, other = two_accounts()
    for owner, amount in ((one, "2"), (other, "5")):
        spent(owner, EC2="6")
        by_team(owner, NOVEMBER, amount)
    found = budget(scope="tag", key="team=shop", account=one)
    assert status_of(found, NOW).spent == 2 * 19
    whole = budget(name="all", scope="tag", key="team=shop")
    assert status_of(whole, NOW).spent == 7 * 19


def test_a_tag_that_is_not_read_says_that_nothing_is_known() -> None:
    spent(account())
    status = status_of(budget(scope="tag", key="team=shop"), NOW)
    assert status.spent is None
    assert status.note.startswith("No costs of this month are read by the tag team.")


def test_a_team_counts_what_rules_give_it_of_all_accounts() -> None:
    one, other = two_accounts()
    spent(one, EC2="5", S3="1")
    spent(other, EC2="2")
    charge(one, TODAY, "99", service="EC2")
    team_rule(services=["EC2"], to={"Shop": "60", "Data": "40"})
    shop, data = (budget(name=n, scope="team", key=n) for n in ("Shop", "Data"))
    status = status_of(shop, NOW)
    # 19 whole days, and 11 more like the last seven.
    assert (status.spent, status.forecasted) == (Decimal("4.2") * 19, 126)
    assert status.spent_until == date(2026, 11, 19)
    assert status.note == "The rest of the month is forecast by the average of 7 days."
    refresh_budgets(NOW)
    assert [*data.alerts.values_list("kind", "threshold")] == []
    assert [*shop.alerts.values_list("kind", "threshold")] == [("forecasted", 100)]


def test_budgets_of_teams_read_their_costs_once(
    django_assert_max_num_queries: Any,
) -> None:
    spent(account())
    team_rule(services=["EC2"], to={"Shop": "60", "Data": "40"})
    teams, own = team_spending(NOW), budget(scope="team", key="Shop")
    status_of(own, NOW, teams)
    # The newest day, the team, and the days read.
    with django_assert_max_num_queries(3):
        status_of(own, NOW, teams)


def test_a_changed_rule_makes_budgets_of_teams_due() -> None:
    spent(account())
    team_rule(services=["EC2"], to={"Shop": "100"})
    budget(scope="team", key="Shop", actual_percents=[], forecasted_percents=[])
    refresh_budgets(NOW)
    assert not is_due(NOW)
    bump_shared_version(TEAMS)
    assert is_due(NOW)
    refresh_budgets(NOW)
    assert not is_due(NOW)


@pytest.mark.parametrize(
    ("key", "note"),
    [("Shop", "No rule gives the team Shop"), ("Gone", "There is no team Gone.")],
)
def test_a_team_without_rules_is_unknown(key: str, note: str) -> None:
    spent(account())
    team_rule(valid_until=NOVEMBER.start.replace(month=10), to={"Shop": "100"})
    status = status_of(budget(scope="team", key=key), NOW)
    assert status.spent is None
    assert status.note.startswith(note)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scope": "account"}, "account"),
        ({"scope": "team"}, "key"),
        ({"scope": "team", "key": "Shop", "has_account": True}, "account"),
        ({"scope": "service"}, "key"),
        ({"scope": "tag", "key": "team"}, "key"),
        ({"scope": "tag", "key": "=shop="}, "key"),
        ({"scope": "total", "key": "EC2"}, "key"),
        ({"scope": "total", "key": "", "has_account": True}, "account"),
        ({"scope": "total", "currency": "usd"}, "currency"),
        ({"scope": "total", "actual_percents": [0]}, "actual_percents"),
        ({"scope": "total", "actual_percents": [1001]}, "actual_percents"),
        ({"scope": "total", "actual_percents": [50, 50]}, "actual_percents"),
        ({"scope": "total", "forecasted_percents": "100"}, "forecasted_percents"),
    ],
)
def test_a_scope_that_tells_too_little_is_refused(
    values: dict[str, Any], field: str
) -> None:
    owner = account() if values.pop("has_account", False) else None
    wrong = Budget(name="x", amount=Decimal(1), created_at=NOW, account=owner, **values)
    with pytest.raises(ValidationError) as caught:
        wrong.full_clean(exclude=["amount"])
    assert field in caught.value.message_dict


@pytest.mark.parametrize(
    ("spent_so_far", "will_be", "state", "label"),
    [
        (None, None, "unknown", "Unknown"),
        (None, 79, "ok", "Within budget"),
        (None, 90, "passed", "Forecast passes 90%"),
        (None, 101, "at_risk", "Forecast over budget"),
        (50, 79, "ok", "Within budget"),
        (50, 101, "at_risk", "Forecast over budget"),
        (80, 89, "passed", "80% passed"),
        (85, 95, "passed", "80% passed, forecast passes 90%"),
        (85, 101, "at_risk", "80% passed, forecast over budget"),
        (100, 100, "passed", "100% passed, forecast passes 100%"),
        (101, 120, "over", "Over budget"),
        (101, None, "over", "Over budget"),
    ],
)
def test_its_state_says_which_threshold_was_passed(
    spent_so_far: int | None, will_be: int | None, state: str, label: str
) -> None:
    one = Budget(
        amount=Decimal(100),
        actual_percents=[80, 100],
        forecasted_percents=[90, 100],
        spent=None if spent_so_far is None else Decimal(spent_so_far),
        forecasted=None if will_be is None else Decimal(will_be),
    )
    assert (one.state, one.state_label) == (state, label)


def test_the_form_refuses_a_tag_key_by_which_costs_are_not_read() -> None:
    owner = account()
    owner.settings = {"tag_keys": ["team"]}
    owner.save()
    given = {"name": "Shop", "scope": "tag", "currency": "USD", "amount": "5"}
    form = BudgetForm(person("operator"), {**given, "key": "cost=1"})
    assert form.errors["key"] == [
        "Costs are not read by the tag cost. Read are: team. Tag keys are chosen in "
        "the settings of an account."
    ]
    assert BudgetForm(person("operator"), {**given, "key": "team=1"}).is_valid()
