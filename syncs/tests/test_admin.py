"""The admin of accounts, runs and watermarks."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from clouds.testing import see_all
from providers.demo.company import PRODUCTION
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 20, 14, 25, tzinfo=UTC)
ACCOUNTS = reverse("admin:clouds_cloudaccount_changelist")
RUNS = reverse("admin:syncs_syncrun_changelist")
WATERMARKS = reverse("admin:syncs_watermark_changelist")


def make_account(number: int, **fields: Any) -> CloudAccount:
    return CloudAccount.objects.create(
        account_id=f"{number:012}", name=f"account-{number}", **fields
    )


def make_run(account: CloudAccount, **fields: Any) -> SyncRun:
    values = {
        "dataset": Dataset.COST,
        "status": SyncRun.Status.SUCCEEDED,
        "started_at": NOW,
        "heartbeat_at": NOW,
    }
    return SyncRun.objects.create(account=account, **(values | fields))


def signed_in(*permissions: str) -> Client:
    """A member of staff who has these permissions and no others."""
    user = User.objects.create_user("staff", is_staff=True)
    see_all(user)
    codes = [name.split(".")[1] for name in permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(user)
    return client


def change_url(row: CloudAccount | SyncRun | Watermark, page: str = "change") -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name, args=[row.pk])


@pytest.mark.parametrize("url", [ACCOUNTS, RUNS, WATERMARKS])
def test_each_list_needs_few_queries_however_many_accounts(
    url: str, admin_client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    payer = make_account(1, is_payer=True)
    for number in range(2, 12):
        account = make_account(number, payer=payer)
        make_run(account)
        Watermark.objects.create(
            account=account,
            dataset="cpu",
            read_until=date(2025, 11, 20),
            updated_at=NOW,
        )
    # Session, user, count, page, first and last date, the dates between them.
    with django_assert_max_num_queries(6):
        page = admin_client.get(url).content.decode()
    assert "account-11" in page


def test_each_list_can_be_searched_filtered_and_given_nonsense(
    admin_client: Client,
) -> None:
    account = make_account(1)
    make_run(account, error="access denied")
    for url in (ACCOUNTS, RUNS, WATERMARKS):
        for query in ("q=account-1", "p=99", "_facets=1"):
            assert admin_client.get(f"{url}?{query}").status_code == 200
        assert admin_client.get(f"{url}?account__id__exact=x").status_code == 400
    filters = f"account__id__exact={account.pk}&status__exact=failed&q=denied"
    assert admin_client.get(f"{RUNS}?{filters}").context["cl"].result_count == 0


def test_an_account_links_to_all_that_is_stored_of_it(admin_client: Client) -> None:
    payer = make_account(1, is_payer=True)
    make_account(2, payer=payer)
    make_run(payer)
    page = admin_client.get(change_url(payer)).content.decode()
    assert f"{RUNS}?account__id__exact={payer.pk}" in page
    assert "Sync runs: 1" in page
    assert "Members: 1" in page
    assert "Resources: 0" in page
    assert "Daily costs: 0" in page


def test_the_list_counts_what_each_account_holds(admin_client: Client) -> None:
    account = make_account(1)
    make_run(account, finished_at=NOW)
    make_run(account, finished_at=None, status=SyncRun.Status.FAILED)
    page = admin_client.get(ACCOUNTS).content.decode()
    assert "2025-11-20 14:25 UTC" in page
    assert "gone_since__isempty=1" in page


def test_an_accounts_id_stays_once_it_is_there_and_its_name_does_not(
    admin_client: Client,
) -> None:
    account = make_account(1, settings={"regions": ["eu-west-1"]})
    data = {"name": "renamed", "account_id": "000000000099", "regions": ""}
    admin_client.post(change_url(account), data | {"is_enabled": "on"})
    account.refresh_from_db()
    assert (account.name, account.account_id) == ("renamed", "000000000001")
    assert account.settings == {}, "an empty field means all regions"


def test_who_pays_stays_unknown_until_somebody_says_so(admin_client: Client) -> None:
    account = make_account(1)
    page = admin_client.get(change_url(account)).content.decode()
    assert '<option value="unknown" selected>' in page
    data = {"name": "renamed", "regions": "", "is_enabled": "on"}
    for chosen, stored in {"unknown": None, "false": False, "true": True}.items():
        admin_client.post(change_url(account), data | {"is_payer": chosen})
        account.refresh_from_db()
        assert (account.name, account.is_payer) == ("renamed", stored)


def test_accounts_that_join_a_payer_are_added_with_the_role_that_it_names(
    admin_client: Client,
) -> None:
    account = make_account(1, is_payer=True)
    data = {"name": "main", "is_enabled": "on", "is_payer": "true"}
    refused = admin_client.post(
        change_url(account), data | {"member_role": "arn:aws:iam::1:role/x"}
    )
    assert "without its ARN" in refused.content.decode()
    admin_client.post(change_url(account), data | {"member_role": "cloudintel"})
    account.refresh_from_db()
    assert account.settings == {"member_role": "cloudintel"}


def test_a_new_account_is_asked_for_each_setting_once(admin_client: Client) -> None:
    page = admin_client.get("/admin/clouds/cloudaccount/add/").content.decode()
    fields = re.findall(r'<(?:input|select|textarea)[^>]* id="id_(\w+)"', page)
    assert {"account_id", "regions", "role_arn"} <= {*fields}
    assert sorted(fields) == sorted({*fields})


def test_regions_that_are_no_list_are_refused(admin_client: Client) -> None:
    data = {"name": "a", "provider": "aws", "account_id": "0" * 12, "regions": '"x"'}
    url = reverse("admin:clouds_cloudaccount_add")
    assert "Give a list such as" in admin_client.post(url, data).content.decode()
    assert admin_client.post(url, data | {"regions": '["x"]'}).status_code == 302
    assert CloudAccount.objects.get().settings == {"regions": ["x"]}


def test_a_run_is_read_only_even_for_a_superuser(admin_client: Client) -> None:
    run = make_run(make_account(1))
    assert admin_client.get(reverse("admin:syncs_syncrun_add")).status_code == 403
    assert admin_client.post(change_url(run), {"rows": 9}).status_code == 403
    assert admin_client.post(change_url(run, "delete")).status_code == 403
    assert "_save" not in admin_client.get(change_url(run)).content.decode()


def test_a_run_tells_its_whole_error_line_by_line(admin_client: Client) -> None:
    run = make_run(
        make_account(1),
        status=SyncRun.Status.PARTIAL,
        error="eu-west-1: access denied.\nus-east-1: <timed out>.",
        requests_by_operation={"ce:GetCostAndUsage": 12},
        started_by=User.objects.get(username="admin"),
    )
    page = admin_client.get(change_url(run)).content.decode()
    assert "eu-west-1: access denied.<br>us-east-1: &lt;timed out&gt;." in page
    assert "ce:GetCostAndUsage = 12" in page
    assert "Partial" in page
    assert change_url(run.account) in page


def test_a_view_permission_is_enough_to_look_and_no_permission_is_not() -> None:
    run = make_run(make_account(1))
    client = signed_in("syncs.view_syncrun")
    assert client.get(change_url(run)).status_code == 200
    assert client.get(ACCOUNTS).status_code == 403


def test_an_account_that_was_read_is_kept_and_one_that_never_was_is_deleted(
    admin_client: Client,
) -> None:
    read, mistyped = make_account(1), make_account(2)
    make_run(read)
    make_run(mistyped, status=SyncRun.Status.FAILED)

    def delete(account: CloudAccount) -> int:
        url = change_url(account, "delete")
        return admin_client.post(url, {"post": "yes"}).status_code

    assert delete(read) == 403
    assert delete(mistyped) == 302
    assert [account.name for account in CloudAccount.objects.all()] == ["account-1"]
    assert "delete_selected" not in admin_client.get(ACCOUNTS).content.decode()


def test_a_watermark_is_deleted_after_saying_what_follows(
    admin_client: Client,
) -> None:
    mark = Watermark.objects.create(
        account=make_account(1), dataset="cost", read_until=NOW, updated_at=NOW
    )
    page = admin_client.get(change_url(mark, "delete")).content.decode()
    assert "No data is deleted. The next sync reads as far back as a first one" in page
    running = make_run(mark.account, status=SyncRun.Status.RUNNING)
    answer = admin_client.post(change_url(mark, "delete"), {"post": "yes"})
    assert answer.status_code == 403, "a run at work would put it back"
    running.delete()
    admin_client.post(change_url(mark, "delete"), {"post": "yes"})
    assert not Watermark.objects.exists()


def test_settings_are_checked_by_the_accounts_cloud(admin_client: Client) -> None:
    url = reverse("admin:clouds_cloudaccount_add")
    data = {"name": "a", "provider": "aws", "account_id": "1" * 12, "regions": ""}
    text = admin_client.post(url, data | {"role_arn": "reader"}).content.decode()
    assert "A role ARN looks like" in text
    text = admin_client.post(url, data | {"account_id": "prod"}).content.decode()
    assert "An AWS account id has 12 digits." in text
    demo = data | {"provider": "demo", "account_id": PRODUCTION}
    text = admin_client.post(url, demo | {"regions": '["x"]'}).content.decode()
    assert "This is not a setting of Demo AWS." in text
    assert not CloudAccount.objects.exists()
    assert admin_client.post(url, demo).status_code == 302
    assert CloudAccount.objects.get().settings == {}


def test_who_may_only_look_sees_settings_without_secrets() -> None:
    settings = {"role_arn": "arn:aws:iam::1:role/x", "external_id": "a-secret"}
    account = make_account(1, settings=settings)
    text = signed_in("clouds.view_cloudaccount").get(change_url(account))
    page = text.content.decode()
    assert "arn:aws:iam::1:role/x" in page
    assert "External ID" not in page and "a-secret" not in page
