"""The page of alerts: channels, their tests, and who may change them."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Channel, Notice
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from users.models import AuditEntry
from users.testing import person

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.example.com/services/secret"
FINANCE = {"name": "Finance", "kind": "email", "target": " fin@example.com "}


@pytest.fixture(autouse=True)
def noon(settings: Settings) -> Iterator[None]:
    settings.ALERT_EMAILS = []
    settings.ALERT_WEBHOOK_URL = ""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(person("administrator"))
    return client


def text_of(client: Client, path: str = "/alerts/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_channel_is_added_tested_and_removed(administrator: Client) -> None:
    assert "No alert channel is configured" in text_of(administrator)
    administrator.post("/alerts/", FINANCE)
    channel = Channel.objects.get()
    assert (channel.target, channel.created_at) == ("fin@example.com", NOW)
    assert "No alert channel is configured" not in text_of(administrator)
    reply = administrator.post("/alerts/test/", {"channel": "Finance"}, follow=True)
    assert "Finance took the test" in reply.content.decode()
    assert [letter.to for letter in mail.outbox] == [["fin@example.com"]]
    page = f"/alerts/channels/{channel.pk}/remove/"
    assert "Remove Finance?" in text_of(administrator, page)
    administrator.post(page)
    assert not Channel.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["channel.add", "channel.test", "channel.remove"]


def test_a_test_that_fails_says_why(administrator: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    administrator.post("/alerts/", FINANCE)
    reply = administrator.post("/alerts/test/", {"channel": "Finance"}, follow=True)
    text = reply.content.decode()
    assert "The test of Finance failed. E-mails are only printed to the log" in text
    assert "printed to the log only: EMAIL_URL is not set" in text


def test_the_channels_of_the_settings_are_shown_and_can_not_be_removed(
    administrator: Client, settings: Settings
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    settings.ALERT_WEBHOOK_URL = HOOK
    text = text_of(administrator)
    assert "of ALERT_EMAILS: ops@example.com" in text
    assert "of ALERT_WEBHOOK_URL: hooks.example.com" in text
    assert "services/secret" not in text
    assert "Remove email" not in text


def test_the_secret_of_a_webhook_is_in_no_page_and_no_audit_entry(
    administrator: Client,
) -> None:
    administrator.post("/alerts/", {**FINANCE, "kind": "webhook", "target": HOOK})
    removal = f"/alerts/channels/{Channel.objects.get().pk}/remove/"
    shown = text_of(administrator) + text_of(administrator, removal)
    assert "services/secret" not in shown
    entry = AuditEntry.objects.get(action="channel.add")
    assert (entry.object_label, entry.details) == ("Finance", {"kind": "webhook"})


def test_what_is_wrong_with_a_channel_stays_in_the_form(administrator: Client) -> None:
    answer = administrator.post("/alerts/", {**FINANCE, "target": "fin"})
    text = answer.content.decode()
    assert "fin is not an e-mail address" in text.partition('role="alert"')[2]
    assert 'value="Finance"' in text
    assert not Channel.objects.exists()


def test_a_name_is_taken_once(administrator: Client) -> None:
    administrator.post("/alerts/", FINANCE)
    text = administrator.post("/alerts/", FINANCE).content.decode()
    assert "already exists" in text
    assert Channel.objects.count() == 1


def test_a_channel_that_is_not_there_can_not_be_tested(administrator: Client) -> None:
    assert administrator.post("/alerts/test/", {"channel": "x"}).status_code == 404


def test_who_may_only_look_can_change_nothing(client: Client) -> None:
    Channel.objects.create(**FINANCE, created_at=NOW)
    client.force_login(person("operator"))
    text = text_of(client)
    assert "Finance" in text
    assert "Send a test" not in text and "Add a channel" not in text
    assert client.post("/alerts/", FINANCE).status_code == 403
    assert client.post("/alerts/test/", {"channel": "Finance"}).status_code == 403
    pk = Channel.objects.get().pk
    assert client.post(f"/alerts/channels/{pk}/remove/").status_code == 403


def test_who_sees_some_accounts_adds_no_channel_which_hears_of_all(
    client: Client,
) -> None:
    user = person("administrator")
    see_only(user, account())
    channel = Channel.objects.create(**FINANCE, created_at=NOW)
    client.force_login(user)
    assert "Add a channel" not in text_of(client)
    other = {**FINANCE, "name": "Mine"}
    assert client.post("/alerts/", other).status_code == 403
    assert client.post(f"/alerts/channels/{channel.pk}/remove/").status_code == 404
    assert Channel.objects.count() == 1


def test_who_sees_some_accounts_reads_no_notice_of_others(client: Client) -> None:
    mine, other = account(), account(2, "staging")
    Channel.objects.create(**FINANCE, created_at=NOW)
    for owner in (mine, other):
        Notice.objects.create(
            **{"key": owner.name, "channel": "Finance", "subject": f"In {owner.name}"},
            **{"account": owner, "created_at": NOW, "attempts": 1},
        )
    user = person("administrator")
    see_only(user, mine)
    client.force_login(user)
    text = text_of(client)
    assert text.count(f"In {mine.name}") == 2
    assert "In staging" not in text


def test_a_notice_leads_to_what_it_is_about(administrator: Client) -> None:
    owner = account()
    about = {"about": owner, "account": owner, "created_at": NOW}
    found = Notice.objects.create(key="a", channel="c", subject="Ended", **about)
    gone = Notice.objects.create(key="b", channel="c", created_at=NOW)
    path = f"/alerts/notices/{found.pk}/"
    assert f'<a href="{path}">Ended</a>' in text_of(administrator)
    assert administrator.get(path)["Location"] == owner.get_absolute_url()
    assert f"/alerts/notices/{gone.pk}/" not in text_of(administrator)
    back = administrator.get(f"/alerts/notices/{gone.pk}/")["Location"]
    assert back == gone.get_absolute_url()


def test_a_notice_is_no_link_for_who_may_not_see_what_it_is_about(
    client: Client,
) -> None:
    owner = account()
    about = {"about": owner, "account": owner, "created_at": NOW}
    Notice.objects.create(key="a", channel="c", subject="Ended", **about)
    user = User.objects.create_user("hears-of-it")
    see_all(user)
    seen = ("view_notice", "view_channel")
    user.user_permissions.set(Permission.objects.filter(codename__in=seen))
    client.force_login(user)
    text = text_of(client)
    assert "Ended" in text and "/alerts/notices/" not in text


def test_a_notice_about_an_account_leads_to_its_bill() -> None:
    payer = account()
    member = account(2, "member")
    member.payer = payer
    assert payer.get_absolute_url() == f"/costs/?account={payer.account_id}"
    assert member.get_absolute_url() == f"/costs/?sub_account={member.account_id}"


def test_many_channels_and_notices_take_as_many_queries(
    administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owner = account()
    for number in range(5):
        name = f"c{number}"
        Channel.objects.create(**{**FINANCE, "name": name}, created_at=NOW)
        for key in range(3):
            Notice.objects.create(
                key=key, channel=name, account=owner, created_at=NOW, attempts=1
            )
    # session, user, permissions (2), limit; accounts of the scope, what waits; count
    # and rows of notices; channels, the newest notice of each (2); channels once more,
    # for what is missing; days of data; routes, snoozes, accounts to choose from.
    with django_assert_max_num_queries(17):
        text_of(administrator)


def test_pages_past_the_end_show_the_last(administrator: Client) -> None:
    owner = account()
    for key in range(26):
        Notice.objects.create(key=key, channel="c", account=owner, created_at=NOW)
    assert "26–26 of 26" in text_of(administrator, "/alerts/?page=99")
