"""Logs: one line an event, with what it is about and without a secret."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cloudintel.logs import HIDDEN, hide_secrets, logging_settings
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, charge, june
from costs.sync import sync_cost
from costs.views import CostsView
from inventory.sync import sync_ec2
from syncs.models import SyncRun

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # noqa: S105 - AWS's own example
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0189", min_size=8, max_size=40)


@dataclass
class Written:
    """What our own handler wrote."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["json", "plain"])
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    """Lines of that style. pytest's own handlers must not be configured away."""
    formatter = dict(logging_settings("INFO", request.param)["formatters"]["line"])
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter.pop("()")(**formatter))
    loggers = [logging.getLogger(name) for name in ("syncs", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield Written(handler.stream)
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


only_json = pytest.mark.parametrize("written", ["json"], indirect=True)


def hidden(**event: Any) -> Any:
    return hide_secrets(None, "info", dict(event))


@pytest.mark.django_db
@only_json
def test_each_event_of_a_run_is_a_line_with_account_dataset_run_and_window(
    aws: EmulatedAws, now: datetime, written: Written
) -> None:
    aws.world().add_costs([charge(june(19), "1")])
    run = sync_cost(
        aws_account(external_id="a-secret-id"), now, trigger=SyncRun.Trigger.SCHEDULE
    )
    started, ended = written.lines
    about = {"account": ACCOUNT, "dataset": "cost", "run": run.pk}
    assert about.items() <= started.items()
    assert about.items() <= ended.items()
    assert (started["event"], ended["event"]) == ("run started", "run succeeded")
    assert ended["window"] == str(run.window)
    assert (ended["rows"], ended["level"], ended["logger"]) == (
        *(1, "info"),
        "syncs.runs.run_context",
    )
    assert ended["timestamp"].endswith("Z")
    # Nothing of it stays for the next line.
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.django_db
@only_json
def test_a_run_that_failed_is_a_warning_with_its_reason(
    aws: EmulatedAws, now: datetime, written: Written
) -> None:
    aws.deny("ec2:DescribeRegions")
    sync_ec2(aws_account(), now, trigger=SyncRun.Trigger.SCHEDULE)
    *_, ended = written.lines
    assert (ended["event"], ended["level"]) == ("run failed", "warning")
    assert "ec2:DescribeRegions" in ended["error"]


@pytest.mark.django_db
def test_a_request_that_is_refused_is_one_line(
    client: Client, written: Written
) -> None:
    client.force_login(User.objects.create_user("ada"))
    assert client.get("/costs/").status_code == 403
    (line,) = written.text.splitlines()
    assert "Forbidden (Permission denied): /costs/" in line


@pytest.mark.django_db
def test_a_request_that_breaks_is_written_with_where_it_did(
    client: Client, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(User.objects.create_superuser("ada"))
    client.raise_request_exception = False
    monkeypatch.setattr(CostsView, "get_context_data", None)
    assert client.get("/costs/").status_code == 500
    assert "Traceback" in written.text


def test_an_error_is_written_without_local_variables_or_secrets(
    written: Written,
) -> None:
    password = "swordfish-in-a-frame"  # noqa: S105, F841 - it must not be found
    try:
        raise RuntimeError(f"postgres://me:{SECRET}@db:5432/x is away")
    except RuntimeError:
        logging.getLogger("syncs.test").exception(
            "it broke", extra={"secret_key": SECRET, "about": {"Token": SECRET}}
        )
    logged = written.text
    assert "RuntimeError" in logged
    assert "it broke" in logged
    assert SECRET not in logged
    assert "swordfish" not in logged


@given(
    name=st.sampled_from(
        ["aws_secret_access_key", "Password", "X-Auth-Token", "external_id"]
    ),
    value=st.one_of(LETTERS, st.dictionaries(LETTERS, LETTERS), st.lists(LETTERS)),
)
def test_what_is_called_a_secret_is_never_written(name: str, value: Any) -> None:
    assert hidden(**{name: value})[name] == HIDDEN
    assert hidden(about=[{name: value}])["about"][0][name] == HIDDEN


@given(secret=LETTERS)
def test_what_looks_like_a_secret_is_never_written(secret: str) -> None:
    secret = f"~{secret}~"
    for text in (
        f"redis://:{secret}@host:6379/0 can't be reached",
        f"amqp://me:{secret}@host//",
        f"Authorization: Bearer {secret}",
        f"aws_secret_access_key={secret}",
        f'{{"SecretAccessKey": "{secret}", "Expiration": 1}}',
        f"password='{secret}'",
        f"ExternalId: {secret}",
    ):
        logged = hidden(event=text, about={"one": [text]}, error=RuntimeError(text))
        assert secret not in repr(logged), text


@given(number=st.from_regex(r"(AKIA|ASIA)[A-Z0-9]{16}", fullmatch=True))
def test_ids_of_keys_are_never_written(number: str) -> None:
    assert number not in repr(hidden(event=f"key {number} is unknown"))


def test_the_link_of_a_wall_is_never_written() -> None:
    line = hidden(event=f"Forbidden: /wall/{'0a' * 32}/")["event"]
    assert line == f"Forbidden: /wall/{HIDDEN}/"
    place = 'File "dashboard/wall/views.py"'
    assert hidden(event=place)["event"] == place


@pytest.mark.parametrize("part", ["9", "secret", "-token", "a:", "://a:", "/wall/"])
def test_a_long_line_is_read_once(part: str) -> None:
    """Whoever asks for an address decides how long it is. Read again from each of its
    letters, this one would take an hour."""
    line = f"Not Found: /{part * (600_000 // len(part))} password=x"
    assert hidden(event=line)["event"].endswith(HIDDEN)


def test_what_is_no_secret_stays_as_it_is() -> None:
    event = {
        "event": "run failed",
        "account": ACCOUNT,
        "run": 7,
        "window": "2026-06-01..2026-06-20",
        "error": "Costs of 2026-06-01 (ce:GetCostAndUsage): AccessDenied. Give the "
        "role arn:aws:iam::123456789012:role/cloudintel the permission.",
        "rows": None,
    }
    assert hidden(**event) == event


def test_log_level_is_that_of_each_of_our_packages() -> None:
    loggers = logging_settings("INFO", "json")["loggers"]
    own = [
        app.name
        for app in apps.get_app_configs()
        if Path(app.path).parent == settings.BASE_DIR
    ]
    assert {"alerts", "archives", "insights", "users"} <= set(own)
    for name in [*own, "providers"]:
        assert loggers[name] == {"level": "INFO"}, name
