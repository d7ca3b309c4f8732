"""A model may read what words do not; whatever it answers, nothing is made up."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User

from assistant import model_endpoint
from assistant.ask import ask
from assistant.model_endpoint import ModelUnusable, parse_by_model
from assistant.models import Interaction
from assistant.testing import company

QUESTION = "s3 expenditure for the month just gone"
SLOTS = {"service": ["Amazon Simple Storage Service"], "period": "last_month"}


class Model(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint that answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Endpoint)
        self.status, self.answer, self.asked = 200, b"", list[Any]()
        self.is_released = Event()
        self.is_silent = self.is_dripping = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def says(self, content: Any) -> None:
        message = {"message": {"content": json.dumps(content)}}
        self.answer = json.dumps({"choices": [message]}).encode()


class Endpoint(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        if self.server.is_silent:
            self.server.is_released.wait()
            return
        while self.server.is_dripping:
            self.wfile.write(b"X")
            if self.server.is_released.wait(0.01):
                return
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def model(settings: Any) -> Iterator[Model]:
    server = Model()
    Thread(target=server.serve_forever, daemon=True).start()
    settings.ASSISTANT_MODEL_URL = server.url
    settings.ASSISTANT_MODEL_KEY, settings.ASSISTANT_MODEL = "key", "small"
    yield server
    server.is_released.set()
    server.shutdown()
    server.server_close()


def asked(user: User, question: str = QUESTION) -> Interaction:
    return ask(question, user, Interaction.Source.PAGE)


def test_it_fills_the_same_intent_and_is_named(model: Model, ada: User) -> None:
    model.says({"intent": "cost", "slots": SLOTS})
    row = asked(ada)
    assert row.answer["text"].startswith("$77.50 for 1 Oct 2026")
    assert (row.understood_by, row.confidence) == ("model", 0.5)
    ((path, key, _),) = model.asked
    assert (path, key) == ("/v1/chat/completions", "Bearer key")


def test_it_is_told_names_and_no_amount(model: Model, limited: User) -> None:
    model.says({"intent": "none", "slots": {}})
    asked(limited)
    shown = json.dumps(model.asked[0][2])
    assert "Amazon Simple Storage Service" in shown
    assert "production" not in shown
    assert "2.50" not in shown


def test_it_is_not_asked_what_words_answer_or_what_is_to_be_done(
    model: Model, ada: User
) -> None:
    asked(ada, "What did S3 cost last month?")
    asked(ada, "delete all instances")
    assert model.asked == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"intent": "cost", "slots": {"service": ["Made up"]}}, "not known here"),
        ({"intent": "cost", "slots": {"sql": "drop table"}}, "cost has no sql"),
        ({"intent": "cost", "slots": {"start": "2026-01-01"}}, "it gave start"),
        ({"intent": "top", "slots": {"limit": 3}}, "it gave limit"),
        ({"intent": "drop", "slots": {}}, "There is no intent drop"),
        ({"intent": "cost", "slots": {"period": ["x"]}}, "is no period"),
        ({"intent": 5, "slots": {}}, "names no intent"),
        ({"intent": "none", "slots": {}}, "knows no intent"),
        ([1, 2], "names no intent"),
    ],
)
def test_what_it_makes_up_is_refused(
    content: Any, reason: str, model: Model, ada: User
) -> None:
    model.says(content)
    row = asked(ada)
    assert not row.is_answered
    assert reason in row.context["trail"]
    assert row.answer["unknown"]


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"choices": []}', b"\xff"])
def test_nonsense_is_refused(answer: bytes, model: Model, ada: User) -> None:
    model.answer = answer
    row = asked(ada)
    assert not row.is_answered
    assert row.context["trail"] == "Model: its answer is not the JSON asked for."


def test_an_error_an_endless_answer_and_silence_are_refused(
    model: Model, ada: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    model.status = 500
    assert "status 500" in asked(ada).context["trail"]
    model.status, model.answer = 200, b"x" * 200_000
    assert "too long" in asked(ada).context["trail"]
    monkeypatch.setattr(model_endpoint, "DEADLINE_SECONDS", 0.05)
    model.is_silent = True
    assert "did not answer" in asked(ada).context["trail"]
    settings.ASSISTANT_MODEL_URL = "http://127.0.0.1:9/v1"
    assert "did not answer" in asked(ada).context["trail"]


def test_an_answer_that_comes_by_bytes_is_not_waited_for(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_endpoint, "DEADLINE_SECONDS", 0.1)
    model.is_dripping = True
    with pytest.raises(ModelUnusable, match="it did not answer in 0.1 seconds"):
        parse_by_model(QUESTION, company())


def test_a_key_that_no_header_can_hold_is_not_shown(
    model: Model, settings: Any
) -> None:
    settings.ASSISTANT_MODEL_KEY = "a\nsecret"
    with pytest.raises(ModelUnusable) as refused:
        parse_by_model(QUESTION, company())
    assert "secret" not in str(refused.value)
