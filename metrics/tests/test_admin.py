"""The admin of daily utilisation."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from inventory.models import Instance, Resource
from metrics.models import CpuMetric, NetworkMetric

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 20, 14, 25, tzinfo=UTC)
DAY = date(2025, 11, 19)
CPU = reverse("admin:metrics_cpumetric_changelist")
NETWORK = reverse("admin:metrics_networkmetric_changelist")


def make_instance(number: int) -> Instance:
    account = CloudAccount.objects.create(
        account_id=f"{number:012}", name=f"account-{number}"
    )
    return Instance.objects.create(
        account=account,
        kind=Resource.Kind.INSTANCE,
        resource_id=f"i-{number:04}",
        region="eu-west-1",
        state="running",
        lifecycle="on-demand",
        first_seen_at=NOW,
        last_seen_at=NOW,
    )


def cell(client: Client, url: str, label: str) -> str:
    """What the first row of a list says under that label."""
    page = client.get(url).content.decode()
    return page.split(f'data-label="{label}">')[1].split("</td>")[0].strip()


@pytest.mark.parametrize("url", [CPU, NETWORK])
def test_each_list_needs_few_queries_however_many_accounts(
    url: str, admin_client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(10):
        instance = make_instance(number)
        CpuMetric.objects.create(resource=instance, day=DAY, average_percent=7.25)
        NetworkMetric.objects.create(resource=instance, day=DAY, in_bytes=2**20)
    # Session, user, count, page, first and last day, the days between them.
    with django_assert_max_num_queries(6):
        page = admin_client.get(url).content.decode()
    assert "account-9" in page
    assert "2025-11-19" in page


def test_what_was_not_measured_is_a_dash_and_zero_is_a_zero(
    admin_client: Client,
) -> None:
    instance = make_instance(1)
    CpuMetric.objects.create(resource=instance, day=DAY, average_percent=0.0)
    NetworkMetric.objects.create(resource=instance, day=DAY, in_bytes=3 * 2**20)
    assert cell(admin_client, CPU, "average, %") == "0.0"
    assert cell(admin_client, CPU, "maximum, %") == "-"
    assert cell(admin_client, NETWORK, "received, MiB") == "3.0"
    assert cell(admin_client, NETWORK, "sent, MiB") == "-"


def test_days_are_filtered_by_account_machine_range_and_load(
    admin_client: Client,
) -> None:
    idle, busy = make_instance(1), make_instance(2)
    CpuMetric.objects.create(resource=idle, day=DAY, average_percent=1.5)
    CpuMetric.objects.create(resource=busy, day=date(2025, 10, 1), average_percent=90.0)
    for query in (
        f"resource__id__exact={idle.pk}",
        f"resource__account__id__exact={idle.account_id}",
        "day_from=2025-11-19&day_to=2025-11-19",
        "day__year=2025&day__month=11",
        "average_percent_to=5",
        "q=i-0001",
    ):
        rows = admin_client.get(f"{CPU}?{query}").context["cl"].result_list
        assert [row.resource.instance for row in rows] == [idle], query


@pytest.mark.parametrize("most_keys", [0, 5000])
def test_days_are_found_by_what_their_machine_is_found_by(
    most_keys: int, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.admin.MOST_KEYS", most_keys)
    web, other = make_instance(1), make_instance(2)
    Instance.objects.filter(pk=web.pk).update(name="web 1", tags={"team": "checkout"})
    for machine in (web, other):
        CpuMetric.objects.create(resource=machine, day=DAY)
    for text in ("i-0001", "WEB", "1 web", '"web 1"', "checkout"):
        rows = admin_client.get(CPU, {"q": text}).context["cl"].result_list
        assert [row.resource.instance for row in rows] == [web], text
    assert not admin_client.get(CPU, {"q": "absent"}).context["cl"].result_list


def test_figures_are_sorted_once_some_of_the_rows_are_chosen(
    admin_client: Client,
) -> None:
    machine = make_instance(1)
    for day, maximum in ((DAY, 20.0), (date(2025, 11, 1), 80.0)):
        CpuMetric.objects.create(resource=machine, day=day, maximum_percent=maximum)
    whole = admin_client.get(CPU).context["cl"]
    assert len(whole.sortable_by) == 1
    chosen = admin_client.get(CPU, {"q": "i-0001", "o": "-4"}).context["cl"]
    assert len(chosen.sortable_by) > 1
    assert [row.maximum_percent for row in chosen.result_list] == [80.0, 20.0]


@pytest.mark.on_each_database
def test_the_date_hierarchy_offers_the_months_that_hold_days(
    admin_client: Client,
) -> None:
    instance = make_instance(1)
    for day in (date(2025, 1, 31), date(2025, 1, 2), date(2025, 3, 1)):
        CpuMetric.objects.create(resource=instance, day=day)
    page = admin_client.get(CPU).content.decode()
    assert page.count("January 2025") == 1
    assert page.index("January 2025") < page.index("March 2025")
    assert "February 2025" not in page
    january = admin_client.get(f"{CPU}?day__year=2025&day__month=1").content.decode()
    assert "day__day=2&amp;" in january
    assert "day__day=31&amp;" in january
    assert "day__day=1&amp;" not in january


def test_a_day_leads_to_its_machine_and_is_read_only(admin_client: Client) -> None:
    metric = CpuMetric.objects.create(resource=make_instance(1), day=DAY)
    url = reverse("admin:metrics_cpumetric_change", args=[metric.pk])
    page = admin_client.get(url).content.decode()
    assert f"/admin/inventory/resource/{metric.resource_id}/change/" in page
    assert "288 a day: counted at five minutes." in page
    assert admin_client.post(url, {"samples": 1}).status_code == 403
    assert admin_client.get(reverse("admin:metrics_cpumetric_add")).status_code == 403
