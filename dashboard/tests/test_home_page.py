"""The summary answers in plain words, and says unknown where it does not know."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.models import CostTotal
from costs.rollups import changing
from costs.testing import close, store_costs
from dashboard.spending import Spending, spending
from insights.testing import forecast
from inventory.testing import instance
from metrics.idle import is_idle
from metrics.models import RecentCpu
from syncs.datasets import Dataset
from syncs.testing import run
from users.testing import person

pytestmark = pytest.mark.django_db
QUARTER = last_complete_days(90, NOW)
LAST_DAYS = last_complete_days(30, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, query: str = "") -> str:
    client.force_login(person("viewer"))
    return client.get(f"/{query}").content.decode()


def shown() -> Spending | None:
    return spending(NOW, person("viewer"), {})


def test_it_shows_what_is_spent_and_what_changed(client: Client) -> None:
    owner = account()
    store_costs(owner, Window(QUARTER.start, LAST_DAYS.start), {"AWS Lambda": "10"})
    store_costs(owner, LAST_DAYS, {"AWS Lambda": "15", "Amazon RDS": "20"})
    text = page(client)
    assert "$1,050.00" in text  # 30 days of 35
    assert "+$750.00" in text
    assert "(+250.0%)" in text
    assert "$665.00" in text  # 19 days of November
    assert "1 Nov – 19 Nov 2026, compared with 1 Oct – 19 Oct 2026" in text
    found = shown()
    assert found is not None
    assert [(mover.service, mover.change) for mover in found.top_changes] == [
        ("Amazon RDS", Decimal(600)),
        ("AWS Lambda", Decimal(150)),
    ]


def test_the_values_behind_the_chart_are_of_its_days(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"AWS Lambda": "15", "Amazon RDS": "20"})
    rows = re.findall(
        r'<th scope="row">(.*?)</th>\s*(?:<td.*?>(.*?)</td>\s*)(?:<td.*?>(.*?)</td>)',
        page(client).partition("Daily values")[2],
    )
    assert rows[0] == ("Wed 21 Oct 2026", "$20.00", "$15.00")
    assert len(rows) == 31
    assert rows[-1] == ("Total", "$600.00", "$450.00")


def test_a_bill_without_charges_is_zero_and_not_unknown(client: Client) -> None:
    close(account(), *QUARTER.days())
    found = shown()
    assert found is not None
    assert (found.last_days.total, found.last_days.before) == (0, 0)
    assert found.summary.days == 30
    text = page(client)
    assert text.count("$0.00</a>") >= 2  # this month, and the last 30 days
    assert "All 30 days sum to the billed total." in text


def test_it_says_that_every_day_reconciles_and_which_are_estimated(
    client: Client,
) -> None:
    store_costs(
        account(), QUARTER, {"AWS Lambda": "1"}, estimated_from=date(2026, 11, 18)
    )
    text = page(client)
    assert "All 30 days sum to the billed total." in text
    assert "2 days <span" in text


def test_it_says_what_does_not_reconcile(client: Client) -> None:
    owner = account()
    store_costs(owner, QUARTER, {"AWS Lambda": "1"})
    with changing([owner.pk]):
        CostTotal.objects.filter(day=LAST_DAYS.start).update(billed=Decimal("1.01"))
    text = page(client)
    assert "Not reconciled" in text
    assert "On 1 day the rows do not sum to the billed total." in text


def test_it_says_that_an_account_lacks_days_that_another_has(client: Client) -> None:
    store_costs(account(1), QUARTER, {"AWS Lambda": "1"})
    earlier = Window(QUARTER.start, QUARTER.end - timedelta(days=2))
    store_costs(account(2), earlier, {"AWS Lambda": "1"})
    text = page(client)
    assert "Not reconciled" in text
    assert "2 account days missing." in text


def test_a_bill_not_yet_read_today_is_no_fall_in_costs(client: Client) -> None:
    yesterday = LAST_DAYS.end - timedelta(days=1)
    store_costs(account(), Window(QUARTER.start, yesterday), {"AWS Lambda": "1"})
    found = shown()
    assert found is not None
    assert found.last_days.window.end == yesterday
    assert found.last_days.change == 0
    assert "20 Oct – 18 Nov 2026" in page(client)


def test_a_change_on_days_that_are_not_stored_is_unknown(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"AWS Lambda": "1"})
    text = page(client)
    assert "no comparison" in text
    assert "A comparison needs 60 complete days" in text


def test_the_first_of_a_month_has_no_month_to_date(client: Client) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "1"})
    with time_machine.travel(NOW.replace(day=1), tick=False):
        text = page(client)
    assert "No complete day of this month is stored yet." in text
    assert "$30.00" in end_of_month(text)  # the bill of October ends on its eve


def test_small_services_are_summed_as_other_and_nothing_is_lost() -> None:
    services = {f"Service {index:02}": str(index) for index in range(1, 13)}
    store_costs(account(), QUARTER, services)
    found = shown()
    assert found is not None
    assert [series.key for series in found.trend.series][-1] == "Other"
    assert len(found.trend.series) == 8
    total = sum(series.total for series in found.trend.series)
    assert total == found.last_days.total


def test_two_currencies_are_never_added_and_can_be_switched(client: Client) -> None:
    store_costs(account(1), QUARTER, {"AWS Lambda": "1"})
    store_costs(account(2), QUARTER, {"AWS Lambda": "7"}, currency="EUR")
    text = page(client)
    assert "210.00 EUR" in text
    assert "$" not in text
    assert "$30.00" in page(client, "?currency=USD")


def test_it_tells_what_runs_and_how_fresh_it_is(client: Client) -> None:
    owner = account()
    instance(owner, "web")
    instance(owner, "spare", state="stopped")
    instance(owner, "old", gone_since=NOW)
    left = account(2, "left")
    left.is_enabled = False
    left.save()
    instance(left, "not-read-any-more")
    run(owner, Dataset.INSTANCES, NOW - timedelta(hours=2))
    run(owner, Dataset.COST, NOW, status="failed")
    text = page(client)
    assert "1 running" in text
    assert "1 stopped" in text
    assert "2 total" in text
    assert 'state-ok">fresh' in text
    assert 'state-failing">failing' in text
    assert "synced 1 h ago" in text
    assert "never synced" in text


def test_costs_that_are_read_late_did_not_change_by_it() -> None:
    newest = NOW.date() - timedelta(days=21)
    store_costs(account(), Window(QUARTER.start, newest), {"AWS Lambda": "10"})
    found = shown()
    assert found is not None
    assert found.last_days.window.end == newest
    assert (found.last_days.total, found.last_days.before) == (300, 300)
    assert found.top_changes == []


@pytest.mark.parametrize(
    ("amounts", "services"),
    [
        (["1", "1", "2", "3", "4", "5", "6"], "GFEDCA"),
        (["0.01", "0.009"], "A"),
    ],
)
def test_the_six_largest_changes_are_shown_from_a_cent_on(
    amounts: list[str], services: str
) -> None:
    owner, day = account(), LAST_DAYS.end - timedelta(days=1)
    store_costs(owner, Window(QUARTER.start, day), {"Steady": "1"})
    new = dict(zip("ABCDEFG", amounts, strict=False))
    store_costs(owner, Window(day, LAST_DAYS.end), {"Steady": "1", **new})
    found = shown()
    assert found is not None
    assert [one.service for one in found.top_changes] == [*services]


def test_of_equal_changes_those_of_the_first_accounts_are_shown() -> None:
    day = LAST_DAYS.end - timedelta(days=1)
    for number in (7, 3, 5, 1, 6, 2, 4):
        owner = account(number, f"account-{number}")
        store_costs(owner, Window(QUARTER.start, day), {"Steady": "1"})
        store_costs(owner, Window(day, LAST_DAYS.end), {"Steady": "1", "New": "2"})
    found = shown()
    assert found is not None
    assert [one.account_id[-1] for one in found.top_changes] == [*"123456"]


def test_it_names_the_account_in_which_a_service_moved(client: Client) -> None:
    quiet, loud = account(1, "staging"), account(2, "production")
    store_costs(quiet, QUARTER, {"AWS Lambda": "10"})
    store_costs(loud, Window(QUARTER.start, LAST_DAYS.start), {"AWS Lambda": "10"})
    store_costs(loud, LAST_DAYS, {"AWS Lambda": "12"})
    gone = account(3, "gone")
    for days_ago, amount in ((100, "1"), (70, "5")):
        end = NOW.date() - timedelta(days=days_ago)
        store_costs(gone, Window(end - timedelta(days=30), end), {"EC2": amount})
    text = page(client)
    changes = text.split('id="top-changes"')[1].split("</section>")[0]
    assert "in production" in changes
    assert "in staging" not in changes
    assert "in gone" not in changes
    assert "+$60.00" in changes
    assert "service=AWS+Lambda&amp;sub_account=000000000002" in changes


def test_it_tells_what_the_month_will_have_cost(client: Client) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "10"})
    text = page(client)
    card = text.split("Forecast month-end cost")[1].split("</article>")[0]
    assert "$300.00" in card  # 30 days of November
    assert "$110.00 in the remaining 11 days" in card
    assert "weekday" in card


def end_of_month(text: str) -> str:
    return text.split("Forecast month-end cost")[1].split("</article>")[0]


def test_a_stored_forecast_tells_the_month_end_before_the_weekdays_do(
    client: Client,
) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "10"})
    stored = forecast(None, "20", first=NOW.date() - timedelta(days=3))
    card = end_of_month(page(client))
    assert "$440.00" in card  # 16 days of 10 and 14 of 20
    assert "$426.00 to $454.00" in card
    assert "80% prediction interval" in card
    assert "$160.00 billed before 17 Nov 2026; the days from then on" in card
    assert stored.get_absolute_url() in card
    assert "weekday" not in card


def test_a_forecast_that_begins_from_other_costs_is_not_used(client: Client) -> None:
    store_costs(account(1), QUARTER, {"AWS Lambda": "10"})
    forecast(account(2, "young"), "20")
    card = end_of_month(page(client))
    assert "$300.00" in card
    assert "Projection" in card


def test_who_may_see_one_account_sees_its_forecast_alone(client: Client) -> None:
    mine, other = account(1, "mine"), account(2, "other")
    store_costs(mine, QUARTER, {"AWS Lambda": "10"})
    store_costs(other, QUARTER, {"AWS Lambda": "10"})
    for owner in (None, mine, other):
        forecast(owner, "20")
    see_only(person("viewer"), mine)
    assert "$410.00" in end_of_month(page(client))  # 19 days of 10 and 11 of 20


def test_without_the_right_to_forecasts_the_weekdays_tell_it(client: Client) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "10"})
    forecast(None, "20")
    user = User.objects.create_user("accountant")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_dailycost"))
    client.force_login(user)
    card = end_of_month(client.get("/").content.decode())
    assert "Projection" in card
    assert "$300.00" in card


def test_a_projection_needs_four_whole_weeks_of_every_account(client: Client) -> None:
    store_costs(account(1), QUARTER, {"AWS Lambda": "10"})
    behind = Window(QUARTER.start, QUARTER.end - timedelta(days=5))
    store_costs(account(2), behind, {"AWS Lambda": "10"})
    assert "Needs four complete weeks of costs up to now." in page(client)


def test_it_tells_how_many_of_those_that_run_are_idle(client: Client) -> None:
    owner = account()
    machines = [instance(owner, name) for name in ("idle", "busy", "web", "unknown")]
    machines.append(instance(owner, "off", state="stopped"))
    machines.append(instance(owner, "gone", gone_since=NOW))
    machines.append(instance(account(2, "left"), "not-read-any-more"))
    CloudAccount.objects.filter(name="left").update(is_enabled=False)
    peaks = (2.0, 90.0, 50.0, None, 1.0, 1.0, 1.0)
    for machine, peak in zip(machines, peaks, strict=True):
        if peak is not None:
            RecentCpu.objects.create(
                resource=machine,
                average_percent=peak / 2,
                maximum_percent=peak,
                days=14,
                is_idle=is_idle(peak, 14),
                until=NOW.date(),
            )
    text = page(client)
    assert "1 idle</a>, 33.3% of 3 running with CPU data" in text
    assert "1 without enough CPU data." in text


def test_without_cpu_nobody_knows_which_are_idle(client: Client) -> None:
    instance(account(), "web")
    assert "Idle instances: unknown" in page(client)


def test_who_may_see_one_account_sees_only_its_part(client: Client) -> None:
    mine, other = account(1, "mine"), account(2, "other")
    store_costs(mine, QUARTER, {"AWS Lambda": "1"})
    store_costs(other, Window(QUARTER.start, LAST_DAYS.start), {"Amazon RDS": "7"})
    store_costs(other, LAST_DAYS, {"Amazon RDS": "70"})
    instance(mine, "web")
    instance(other, "db")
    user = person("viewer")
    see_only(user, mine)
    text = page(client)
    assert "$30.00" in text
    assert "Amazon RDS" not in text
    assert "1 running" in text
    assert "other" not in text.split("<main")[1].split("</main>")[0].lower().split()


def test_without_any_right_it_says_whom_to_ask(client: Client) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "1"})
    instance(CloudAccount.objects.get(), "web")
    client.force_login(User.objects.create_user("nobody"))
    text = client.get("/", headers={"accept": "text/html"}).content.decode()
    assert "Ask an administrator for one" in text
    assert "$" not in text
    assert "running" not in text


def test_each_part_takes_its_own_right(client: Client) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "1"})
    instance(CloudAccount.objects.get(), "web")
    user = User.objects.create_user("machinist")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_instance"))
    client.force_login(user)
    text = client.get("/").content.decode()
    assert "1 running" in text
    assert "Month to date" not in text
    assert "Data freshness" not in text
    assert "idle" not in text
