"""The admin of instances and of their changes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from dashboard.admin_navigation import TABS
from inventory.models import Instance, Resource, StateChange
from syncs.models import SyncRun

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 20, 14, 25, tzinfo=UTC)
INSTANCES = reverse("admin:inventory_instance_changelist")
RESOURCES = reverse("admin:inventory_resource_changelist")
CHANGES = reverse("admin:inventory_statechange_changelist")


def make_instance(number: int, **fields: Any) -> Instance:
    account = CloudAccount.objects.create(
        account_id=f"{number:012}", name=f"account-{number}"
    )
    values = {"region": "eu-west-1", "state": "running", "lifecycle": "on-demand"}
    return Instance.objects.create(
        account=account,
        resource_id=f"i-{number:04}",
        kind=Resource.Kind.INSTANCE,
        first_seen_at=NOW,
        last_seen_at=NOW,
        **(values | fields),
    )


def stop(instance: Instance) -> StateChange:
    run = SyncRun.objects.create(
        account=instance.account,
        dataset="instances",
        status="succeeded",
        started_at=NOW,
        heartbeat_at=NOW,
    )
    return StateChange.objects.create(
        resource=instance,
        run=run,
        at=NOW,
        field="state",
        old_value="running",
        new_value="stopped",
    )


def ids(client: Client, query: str) -> set[str]:
    """The instances that the list shows for a query string."""
    rows = client.get(f"{INSTANCES}?{query}").context["cl"].result_list
    return {instance.resource_id for instance in rows}


def test_a_row_leads_to_its_page_which_leads_back_to_the_same_list(
    admin_client: Client,
) -> None:
    found = make_instance(1)
    path = reverse("admin:inventory_instance_change", args=[found.pk])
    asked = urlencode({"q": "i-0001", "state": "running"})
    page = admin_client.get(f"{INSTANCES}?{asked}").content.decode()
    link = f"{path}?{urlencode({'_changelist_filters': asked})}"
    assert f'<a href="{link}"' in page
    assert f'<a href="{path}"' in admin_client.get(INSTANCES).content.decode()
    # The order that a column's heading asks for beside them.
    assert "?o=1&amp;q=i-0001&amp;state=running" in page


@pytest.mark.parametrize("url", [INSTANCES, CHANGES])
def test_each_list_needs_few_queries_however_many_accounts(
    url: str, admin_client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(10):
        stop(make_instance(number))
    # Session, user, count, page; then the version and values of states and of regions,
    # or the dates there are.
    with django_assert_max_num_queries(8):
        page = admin_client.get(url).content.decode()
    assert "account-9" in page


def test_instances_are_found_by_id_name_address_and_tag(admin_client: Client) -> None:
    tags = {"team": "checkout", "use": "100%"}
    make_instance(1, name="web-1 café", private_ip="10.0.0.7", tags=tags)
    make_instance(2, name="db-1")
    for text in (
        *("i-0001", "WEB", "10.0.0.7", "checkout", "web+CHECK", '"web-1+caf"', "café"),
        *('"team":', "0%25"),
    ):
        assert ids(admin_client, f"q={text}") == {"i-0001"}, text
    assert ids(admin_client, "q=_") == ids(admin_client, "q=web+db") == set()
    found = admin_client.get(f"{RESOURCES}?q=10.0.0.7").context["cl"].result_list
    assert [one.name for one in found] == ["web-1 café"]


def test_instances_are_filtered_by_account_region_state_type_and_presence(
    admin_client: Client,
) -> None:
    here = make_instance(1, region="us-east-1", instance_type="m6i.large")
    make_instance(2, state="stopped", gone_since=NOW)
    for query in (
        f"account__id__exact={here.account_id}",
        "region=us-east-1",
        "region=us-east-1&region=ap-southeast-2",
        "state=running",
        "instance_type__icontains=m6i",
        "gone_since__isempty=1",
    ):
        assert ids(admin_client, query) == {"i-0001"}, query


def test_a_terminated_instance_is_shown_as_terminated_and_not_as_running(
    admin_client: Client,
) -> None:
    make_instance(1, gone_since=NOW)
    page = admin_client.get(INSTANCES).content.decode()
    assert "terminated" in page[page.index("i-0001") :]
    assert 'class="field-state' in page


def test_the_page_of_an_instance_shows_its_tags_and_leads_to_account_and_history(
    admin_client: Client,
) -> None:
    instance = make_instance(1, tags={"team": "<checkout>", "env": "prod"})
    stop(instance)
    url = reverse("admin:inventory_instance_change", args=[instance.pk])
    page = admin_client.get(url).content.decode()
    assert "env = prod<br>team = &lt;checkout&gt;" in page
    assert f"/admin/clouds/cloudaccount/{instance.account_id}/change/" in page
    assert f"{CHANGES}?resource__id__exact={instance.pk}" in page
    assert "State changes: 1" in page
    assert "CPU metrics: 0" in page


def test_a_change_leads_to_its_instance_account_and_run(admin_client: Client) -> None:
    change = stop(make_instance(1))
    page = admin_client.get(CHANGES).content.decode()
    account = change.resource.account_id
    for path in (
        f"/admin/inventory/resource/{change.resource_id}/change/",
        f"/admin/clouds/cloudaccount/{account}/change/",
        f"/admin/syncs/syncrun/{change.run_id}/change/",
    ):
        assert path in page
    for query in (
        "run__id__exact",
        "resource__id__exact",
        "resource__account__id__exact",
    ):
        answer = admin_client.get(f"{CHANGES}?{query}=999999")
        assert answer.context["cl"].result_count == 0, query


@pytest.mark.parametrize("key", ["99999999999999999999999", "999", "web"])
@pytest.mark.parametrize("page", ["change", "history"])
def test_an_instance_that_is_not_there_leads_back_to_the_index(
    admin_client: Client, page: str, key: str
) -> None:
    url = reverse(f"admin:inventory_instance_{page}", args=[key])
    answer = admin_client.get(url)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_what_a_sync_wrote_can_not_be_changed(admin_client: Client) -> None:
    change = stop(make_instance(1))
    for row in (change, change.resource, change.resource.instance):
        name = f"admin:inventory_{row._meta.model_name}"
        assert admin_client.get(reverse(f"{name}_add")).status_code == 403
        for page in ("change", "delete"):
            url = reverse(f"{name}_{page}", args=[row.pk])
            assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_the_date_hierarchy_offers_the_months_that_hold_changes(
    admin_client: Client,
) -> None:
    change = stop(make_instance(1))
    for at in (datetime(2025, 1, 31, 23, 59, tzinfo=UTC), NOW):
        StateChange.objects.create(
            resource=change.resource, at=at, field="state", new_value="running"
        )
    page = admin_client.get(CHANGES).content.decode()
    assert page.count("January 2025") == 1
    assert page.index("January 2025") < page.index("November 2025")
    assert "February 2025" not in page
    january = admin_client.get(f"{CHANGES}?at__year=2025&at__month=1").content.decode()
    assert "at__day=31&amp;" in january


@pytest.mark.parametrize(
    ("tab", "shown"),
    [("Running", {"i-0001"}), ("Stopped", {"i-0002"}), ("Terminated", {"i-0003"})],
)
def test_a_tab_above_the_list_shows_what_it_names(
    admin_client: Client, tab: str, shown: set[str]
) -> None:
    make_instance(1)
    make_instance(2, state="stopped")
    make_instance(3, gone_since=NOW)
    query = urlencode(dict(TABS["inventory.instance"])[tab])
    assert ids(admin_client, query) == shown
    page = admin_client.get(f"{INSTANCES}?{query}").content.decode()
    assert f"{INSTANCES}?{query.replace('&', '&amp;')}" in page
