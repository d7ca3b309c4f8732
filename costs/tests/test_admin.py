"""The admin of costs: exact amounts, in the right order, and read-only."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from costs.admin import DailyCostAdmin
from costs.models import CostTotal, DailyCost, Restatement
from costs.rollups import changing
from costs.testing import tagged
from syncs.models import SyncRun

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 20, 14, 25, tzinfo=UTC)
DAY = date(2025, 11, 19)
COSTS = reverse("admin:costs_dailycost_changelist")
TOTALS = reverse("admin:costs_costtotal_changelist")
RESTATEMENTS = reverse("admin:costs_restatement_changelist")


def make_account(number: int) -> CloudAccount:
    name = f"account-{number}"
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name)


def make_cost(account: CloudAccount, billed: str, **fields: Any) -> DailyCost:
    values = {"service": f"Service {billed}", "day": DAY, "is_estimated": False}
    amounts = {"currency": "USD", "billed": Decimal(billed), "effective": Decimal(1)}
    values |= amounts | {"charge_category": "Usage"} | fields
    with changing([account.pk]):
        return DailyCost.objects.create(account=account, **values)


def make_total(account: CloudAccount, billed: str) -> CostTotal:
    run = SyncRun.objects.create(
        account=account,
        dataset="cost",
        status="succeeded",
        started_at=NOW,
        heartbeat_at=NOW,
    )
    with changing([account.pk]):
        return CostTotal.objects.create(
            account=account,
            day=DAY,
            currency="USD",
            billed=Decimal(billed),
            effective=DailyCost.objects.filter(account=account).count(),
            is_estimated=True,
            run=run,
        )


def restate(total: CostTotal) -> Restatement:
    return Restatement.objects.create(
        account=total.account,
        day=DAY,
        currency="USD",
        old_billed=Decimal("10.5"),
        new_billed=Decimal("9.25"),
        old_effective=Decimal("10"),
        new_effective=Decimal("9"),
        was_estimated=True,
        restated_at=NOW,
        run=total.run,
    )


def shown(client: Client, url: str, query: str = "") -> list[Any]:
    return list(client.get(f"{url}?{query}").context["cl"].result_list)


@pytest.mark.parametrize("url", [COSTS, TOTALS, RESTATEMENTS])
def test_each_list_needs_few_queries_however_many_accounts(
    url: str, admin_client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(10):
        account = make_account(number)
        make_cost(account, "1")
        restate(make_total(account, "1"))
    # Session, user, count, page, first and last day, the days between them.
    with django_assert_max_num_queries(6):
        page = admin_client.get(url).content.decode()
    assert "account-9" in page


def test_amounts_are_sorted_as_numbers(admin_client: Client) -> None:
    account = make_account(1)
    for billed in ("9", "10", "-3", "100.0000000001", "100", "0.0000012"):
        make_cost(account, billed)
    rows = shown(admin_client, COSTS, "o=6")
    assert [str(row.billed.normalize()) for row in rows[:3]] == ["-3", "0.0000012", "9"]
    assert [row.billed for row in rows[3:]] == [
        Decimal("10"),
        Decimal("100"),
        Decimal("100.0000000001"),
    ]


@pytest.mark.parametrize(
    ("billed", "currency", "in_the_list", "on_its_page"),
    [
        ("1234.5678901234", "USD", "$1,234.57", "$1,234.5678901234"),
        ("1234567", "EUR", "1,234,567.00 EUR", "1,234,567.00 EUR"),
        ("-12.5", "USD", "−$12.50", "−$12.50"),
        ("0.0000012", "USD", "&lt;$0.01", "$0.0000012"),
        ("0", "USD", "$0.00", "$0.00"),
    ],
)
def test_amounts_are_written_with_their_currency_and_exactly_on_their_page(
    billed: str,
    currency: str,
    in_the_list: str,
    on_its_page: str,
    admin_client: Client,
) -> None:
    cost = make_cost(make_account(1), billed, currency=currency)
    page = admin_client.get(COSTS).content.decode()
    cell = page.split('data-label="billed">')[1].split("</td>")[0]
    assert cell.strip() == in_the_list
    url = reverse("admin:costs_dailycost_change", args=[cost.pk])
    page = admin_client.get(url).content.decode()
    assert on_its_page in page
    assert "Unblended: what the invoice says." in page


def test_estimated_and_final_are_distinguished(admin_client: Client) -> None:
    account = make_account(1)
    make_cost(account, "1", is_estimated=True, service="Guess")
    make_cost(account, "2", service="Fact")
    assert "estimated" in admin_client.get(COSTS).content.decode()
    rows = shown(admin_client, COSTS, "is_estimated__exact=0")
    assert [row.service for row in rows] == ["Fact"]
    page = admin_client.get(f"{COSTS}?is_estimated__exact=0").content.decode()
    assert "final" in page[page.index("Fact") :]


def test_costs_are_filtered_by_account_day_service_region_and_category(
    admin_client: Client,
) -> None:
    wanted = make_cost(make_account(1), "1", service="Amazon S3", region="eu-west-1")
    make_cost(make_account(2), "2", day=date(2025, 1, 1), service="Tax")
    for query in (
        f"account__id__exact={wanted.account_id}",
        "day_from=2025-11-01&day_to=2025-11-30",
        "day__year=2025&day__month=11&day__day=19",
        "service__icontains=s3",
        "region__icontains=eu-",
        "q=amazon",
    ):
        assert shown(admin_client, COSTS, query) == [wanted], query
    assert shown(admin_client, COSTS, "charge_category__exact=Tax") == []
    assert len(shown(admin_client, COSTS, "day_from=nonsense")) == 2


def test_days_that_do_not_add_up_are_found(admin_client: Client) -> None:
    right, wrong = make_account(1), make_account(2)
    make_cost(right, "0.1")
    make_cost(right, "0.2")
    make_total(right, "0.3")
    make_cost(wrong, "0.3")
    broken = make_total(wrong, "0.3000000001")
    assert shown(admin_client, TOTALS, "reconciliation=broken") == [broken]


def test_a_total_leads_to_its_account_its_run_and_its_rows(
    admin_client: Client,
) -> None:
    total = make_total(make_account(1), "1")
    row = make_cost(total.account, "1")
    make_cost(total.account, "2", day=date(2025, 11, 18))
    url = reverse("admin:costs_costtotal_change", args=[total.pk])
    page = admin_client.get(url).content.decode()
    assert f"/admin/clouds/cloudaccount/{total.account_id}/change/" in page
    assert f"/admin/syncs/syncrun/{total.run_id}/change/" in page
    query = f"day_from={DAY}&day_to={DAY}&account__id__exact={total.account_id}"
    assert f"{COSTS}?{query}".replace("&", "&amp;") in page
    assert shown(admin_client, COSTS, f"{query}&currency__icontains=USD") == [row]


def test_a_run_leads_to_the_totals_and_restatements_it_wrote(
    admin_client: Client,
) -> None:
    total = make_total(make_account(1), "1")
    change = restate(total)
    make_total(make_account(2), "1")
    url = reverse("admin:syncs_syncrun_change", args=[total.run_id])
    page = admin_client.get(url).content.decode()
    assert f"{TOTALS}?run__id__exact={total.run_id}" in page
    assert shown(admin_client, TOTALS, f"run__id__exact={total.run_id}") == [total]
    found = shown(admin_client, RESTATEMENTS, f"run__id__exact={total.run_id}")
    assert found == [change]
    assert "−$1.25" in admin_client.get(RESTATEMENTS).content.decode()


def test_what_a_sync_wrote_can_not_be_changed(admin_client: Client) -> None:
    total = make_total(make_account(1), "1")
    for row in (total, restate(total), make_cost(total.account, "1")):
        name = f"admin:costs_{row._meta.model_name}"
        assert admin_client.get(reverse(f"{name}_add")).status_code == 403
        for page in ("change", "delete"):
            url = reverse(f"{name}_{page}", args=[row.pk])
            assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_costs_without_a_tag_are_called_so(admin_client: Client) -> None:
    owner = make_account(1)
    for value in ("shop", ""):
        tagged(owner, DAY, value, "1")
    url = reverse("admin:costs_tagcost_changelist")
    page = admin_client.get(url).content.decode()
    cells = page.split('data-label="tag value">')[1:]
    found = {cell.split("</td>")[0].strip() for cell in cells}
    assert found == {"shop", "(untagged)"}


def test_a_very_long_list_is_not_counted_to_its_end(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(1)
    for number in range(4):
        make_cost(account, f"{number}")
    monkeypatch.setattr(DailyCostAdmin, "list_per_page", 1)
    assert "4 daily costs" in admin_client.get(COSTS).text
    monkeypatch.setattr("core.admin.counted_pages.MOST_COUNTED", 3)
    first = admin_client.get(COSTS).text
    assert "3 results" not in first
    assert "More than 3 daily costs; pages list the first 3" in first
    assert "p=3" in first
    assert "p=4" not in first
    assert (
        "1 daily cost\n"
        in admin_client.get(f"{COSTS}?service__icontains=Service+2").text
    )
