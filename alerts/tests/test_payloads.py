"""What each kind of channel is posted, over HTTP on loopback."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from pytest_django import Settings

from alerts import channels
from alerts.channels import DeliveryFailed, slack
from alerts.messages import Message, message_of
from alerts.models import Channel, Facts, Notice, Severity, Topic
from alerts.outbox import deliver_due, queue_notice
from core.testing.clock import NOW
from core.testing.silent import silent_server

pytestmark = pytest.mark.django_db
CRITICAL = Facts(Topic.FRESHNESS, Severity.CRITICAL)
KEY = "0123456789abcdef0123456789abcdef"


class Receiver:
    """A server that takes what is posted, or answers another status."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        receiver = self

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): one for name, one in self.headers.items()}
                receiver.posts.append((headers, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.url = f"http://127.0.0.1:{self.server.server_port}/x"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def received(self) -> list[Any]:
        return [json.loads(body) for _, body in self.posts]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture(autouse=True)
def nothing_else(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], ""
    settings.BASE_URL = "https://cloud.example.com"


def channel(kind: str, receiver: Receiver, secret: str = "") -> Channel:
    one = Channel(
        name=f"My {kind}", kind=kind, target=receiver.url, secret=secret, created_at=NOW
    )
    one.full_clean()
    one.save()
    return one


def tell(about: Any, event: str = "opened", **more: Any) -> None:
    queue_notice(about, event, "It broke.\nMend it.", NOW, CRITICAL, **more)
    assert deliver_due(NOW) == 1


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def test_slack_gets_blocks_with_a_button_to_acknowledge(
    receiver: Receiver, ada: User
) -> None:
    channel("slack", receiver)
    tell(ada)
    (answer,) = receiver.received
    assert answer["text"] == "It broke."
    section, actions = answer["blocks"]
    assert section["text"]["text"] == "It broke.\nMend it."
    (button,) = actions["elements"]
    assert button["text"]["text"] == "Acknowledge or snooze"
    assert button["url"].startswith("https://cloud.example.com/alerts/act/")


@pytest.mark.parametrize("host", ["hooks..example.com", "a" * 64 + ".com"])
def test_a_host_that_no_name_can_be_is_a_failed_delivery(host: str) -> None:
    wrong = Channel(pk=1, name="x", kind="webhook", target=f"https://{host}/secret")
    with pytest.raises(ValidationError):
        wrong.clean()
    with pytest.raises(DeliveryFailed) as failed:
        channels.send(wrong, Message("It broke.", "It broke."))
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("inside", ["\t", "\n", "\x7f", " "])
def test_a_url_with_a_blank_or_control_is_refused(inside: str) -> None:
    target = f"https://hooks.example.com/se{inside}cret"
    with pytest.raises(ValidationError):
        Channel(name="x", kind="webhook", target=target).clean()


def test_a_name_calls_nobody_in_slack() -> None:
    answer = slack(Message("CPU of <!channel> & co", "x"))
    assert answer["text"] == "CPU of &lt;!channel&gt; &amp; co"


def test_teams_gets_an_adaptive_card(receiver: Receiver, ada: User) -> None:
    channel("teams", receiver)
    tell(ada)
    (attachment,) = receiver.received[0]["attachments"]
    card = attachment["content"]
    assert attachment["contentType"].endswith("card.adaptive")
    assert [part["text"] for part in card["body"]] == [
        "It broke.",
        "It broke.\nMend it.",
    ]
    assert all(part["wrap"] for part in card["body"])
    assert card["body"][0]["color"] == "Attention"
    assert card["actions"][0]["type"] == "Action.OpenUrl"


def test_pagerduty_gets_an_event_that_its_end_resolves(
    receiver: Receiver, ada: User
) -> None:
    channel("pagerduty", receiver, KEY)
    tell(ada)
    tell(ada, "closed", is_end=True)
    opened, closed = receiver.received
    assert opened["routing_key"] == KEY
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"] != ""
    assert opened["payload"]["severity"] == "critical"
    assert opened["payload"]["summary"] == "It broke."
    assert closed["links"] == []


def test_pagerduty_is_resolved_only_when_the_last_of_one_cause_ends(
    receiver: Receiver, ada: User
) -> None:
    channel("pagerduty", receiver, KEY)
    bo = User.objects.create_user("bo")
    for number, one in enumerate((ada, bo)):
        cause = f"Access denied in account {number}."
        queue_notice(one, "opened", f"{one}: {cause}", NOW, CRITICAL, cause=cause)
    deliver_due(NOW)
    for number, one in enumerate((ada, bo)):
        cause = f"Access denied in account {number}."
        facts = Facts(Topic.FRESHNESS, Severity.INFO)
        queue_notice(one, "closed", "Over.", NOW, facts, cause=cause, is_end=True)
        (notice,) = Notice.objects.unsent()
        assert message_of([notice]).is_end is (one == bo)
        Notice.objects.filter(pk=notice.pk).update(sent_at=NOW)
    assert [one["event_action"] for one in receiver.received] == ["trigger"]


def test_a_webhook_with_a_secret_gets_all_of_it_signed(
    receiver: Receiver, ada: User
) -> None:
    channel("webhook", receiver, "shared")
    tell(ada)
    ((headers, body),) = receiver.posts
    stamp, mark = headers["x-cloudintel-signature"].split(",")
    signed = f"{stamp.removeprefix('t=')}.".encode() + body
    wanted = hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    assert mark == f"v1={wanted}"
    answer = json.loads(body)
    assert (answer["topic"], answer["severity"]) == ("freshness", "critical")
    assert answer["acknowledge_url"].startswith("https://cloud.example.com/alerts/act/")


def test_a_webhook_without_a_secret_gets_text_alone(
    receiver: Receiver, ada: User
) -> None:
    channel("webhook", receiver)
    tell(ada)
    (answer,) = receiver.received
    assert list(answer) == ["text"]
    assert "Acknowledge or snooze: https://cloud.example.com/" in answer["text"]


def test_a_channel_that_refuses_is_named_and_tried_again(
    receiver: Receiver, ada: User
) -> None:
    channel("pagerduty", receiver, KEY)
    receiver.status = 429
    queue_notice(ada, "opened", "It broke.", NOW, CRITICAL)
    assert deliver_due(NOW) == 0
    notice = Notice.objects.get()
    assert notice.error == "PagerDuty answered 429. Check its URL."
    assert notice.due_at is not None and notice.due_at > NOW


@pytest.mark.parametrize("kind", ["slack", "teams", "pagerduty", "webhook"])
def test_none_that_is_silent_is_waited_for(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.1)
    with silent_server() as port:
        one = Channel.objects.create(
            name="x", kind=kind, target=f"http://127.0.0.1:{port}/x", created_at=NOW
        )
        with pytest.raises(DeliveryFailed, match="did not answer"):
            channels.send(one, Message("It broke.", "It broke. Mend it."))


@pytest.mark.parametrize(
    ("kind", "secret", "says"),
    [
        ("pagerduty", "", "integration key"),
        ("slack", "x", "Only webhooks and PagerDuty"),
        ("email", "x", "Only webhooks and PagerDuty"),
    ],
)
def test_a_secret_that_lacks_or_is_no_use_is_refused(
    kind: str, secret: str, says: str
) -> None:
    target = "ops@example.com" if kind == "email" else "https://x.example.com/"
    one = Channel(name="x", kind=kind, target=target, secret=secret, created_at=NOW)
    with pytest.raises(ValidationError, match=says):
        one.full_clean()
