"""up refuses what can't work before it starts anything."""

import os
import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from cloudintel.management.commands import up
from cloudintel.management.commands.up import only_one
from cloudintel.supervisor import Child
from core.testing.postgres import free_port


@pytest.fixture(autouse=True)
def nothing_starts(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATE_DIR = tmp_path
    # The command sets them for its processes. Another may have the port of sockets.
    monkeypatch.setenv("WEB_PORT", "")
    monkeypatch.setenv("LIVE_PORT", "0")
    for name in ("run_command", "Supervisor"):
        monkeypatch.delattr(up, name)


@pytest.mark.parametrize(
    ("arguments", "status", "answer"),
    [
        (["--port", "70000"], 2, "--port must be between 1 and 65535, not 70000."),
        (["--port", "abc"], 1, "argument --port: invalid int value: 'abc'"),
        (["--grace", "nan"], 2, "--grace must be a number above 0, not nan."),
        (["--grace", "-1"], 2, "--grace must be a number above 0, not -1.0."),
        (["--host", "a..b"], 1, "The web server can't listen on a..b, port 8000: "),
        (["--port", "65535"], 2, "No port follows 65535: name one in LIVE_PORT."),
    ],
)
def test_arguments_that_cannot_work_are_named(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, answer: str
) -> None:
    monkeypatch.setenv("LIVE_PORT", "")
    with pytest.raises(CommandError) as caught:
        call_command("up", "--first-start", *arguments)
    assert answer in str(caught.value)
    assert caught.value.returncode == status


def test_a_port_whose_server_has_just_ended_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ended:
        port: int = ended.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            served, _ = ended.accept()
            # Who closes first has the port wait for what is still on its way.
            served.close()
            visitor.recv(1)
    up.check_port("127.0.0.1", port)


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", 2), ("::1", 10)])
def test_a_port_that_another_server_has_is_one_sentence(host: str, family: int) -> None:
    with socket.create_server((host, 0), family=socket.AddressFamily(family)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError) as caught:
            call_command("up", "--first-start", host=host, port=port)
    assert caught.value.returncode == 1
    assert str(caught.value) == (
        f"The web server can't listen on {host}, port {port}: Address already in use. "
        "Choose another, such as `make run PORT=8001`."
    )


def test_the_port_of_sockets_is_not_that_of_pages(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIVE_PORT = port = free_port()
    monkeypatch.setenv("LIVE_PORT", str(port))
    with pytest.raises(CommandError, match=f"LIVE_PORT must not be {port}, "):
        call_command("up", "--first-start", port=port)


def test_a_port_of_sockets_that_another_server_has_is_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.LIVE_PORT = other.getsockname()[1]
        monkeypatch.setenv("LIVE_PORT", str(settings.LIVE_PORT))
        with pytest.raises(CommandError) as caught:
            call_command("up", "--first-start", port=free_port())
    assert str(caught.value) == (
        f"The live process can't listen on 127.0.0.1, port {settings.LIVE_PORT}: "
        "Address already in use. Choose another, with LIVE_PORT; 0 is none."
    )


@pytest.mark.parametrize(
    ("given", "names"),
    [("0", ["web", "worker", "beat"]), ("8765", ["web", "live", "worker", "beat"])],
)
def test_sockets_have_the_port_of_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, given: str, names: list[str]
) -> None:
    (settings.STATIC_ROOT / "base.css").touch()
    settings.LIVE_PORT = int(given)
    monkeypatch.setenv("LIVE_PORT", given)
    monkeypatch.setattr(up, "check_live_port", lambda *_: None)
    started: list[Child] = []
    monkeypatch.setattr(up.Command, "run", lambda *given: started.extend(given[-1]))
    port = free_port()
    call_command("up", port=port)
    assert [child.name for child in started] == names
    assert given == "0" or started[1].command[-2:] == ["--port", given]
    assert (os.environ["WEB_PORT"], os.environ["LIVE_PORT"]) == (str(port), given)


def test_one_after_the_other_may_run_and_two_at_once_may_not() -> None:
    for address in ("127.0.0.1:8001", "127.0.0.1:8002"):
        with only_one(address), pytest.raises(CommandError) as caught:
            call_command("up")
        assert f"is already running at http://{address} (process " in str(caught.value)


@pytest.mark.parametrize(
    ("collected", "arguments", "commands"),
    [
        ([], [], [("collectstatic", "--noinput", "--verbosity=0")]),
        (["base.css"], [], []),
        ([], ["--first-start"], [("first_start",)]),
    ],
)
def test_static_files_are_collected_where_there_are_none(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    collected: list[str],
    arguments: list[str],
    commands: list[tuple[str, ...]],
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    for name in collected:
        (settings.STATIC_ROOT / name).touch()
    run = []
    monkeypatch.setattr(
        up, "run_command", lambda *given: run.append(given), raising=False
    )
    monkeypatch.setattr(up.Command, "run", lambda *_: None)
    call_command("up", *arguments, port=free_port())
    assert run == commands
