"""The queue in files survives what a full disk and a killed process leave in it."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection
from kombu.exceptions import ChannelError
from kombu.messaging import Producer
from kombu.simple import SimpleQueue


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path),
    }
    with Connection(
        "filesystem://localhost//",
        transport="cloudintel.queue_files:Transport",
        transport_options=options,
    ) as opened:
        opened.transport.state.clear()  # all connections of a process share it
        yield opened


def sent_and_taken(connection: Connection, *messages: str) -> list[Any]:
    queue = SimpleQueue(connection, "celery")
    for message in messages:
        queue.put(message)
    taken = []
    try:
        while True:
            message = queue.get(block=False)
            message.ack()
            taken.append(message.payload)
    except Empty:
        return taken


def test_messages_come_in_the_order_in_which_they_were_sent(
    connection: Connection,
) -> None:
    messages = [f"message {number}" for number in range(20)]
    assert sent_and_taken(connection, *messages) == messages


def test_a_file_of_exchanges_that_stayed_empty_is_written_again(
    connection: Connection, tmp_path: Path
) -> None:
    (tmp_path / "celery.exchange").touch()
    assert sent_and_taken(connection, "sync") == ["sync"]
    assert (tmp_path / "celery.exchange").read_text()


def test_who_has_bound_to_it_before_is_told_that_it_is_damaged(
    connection: Connection, tmp_path: Path
) -> None:
    sent_and_taken(connection, "sync")
    (tmp_path / "celery.exchange").write_text("")
    with pytest.raises(ChannelError, match=r"celery\.exchange is damaged"):
        sent_and_taken(connection, "sync")


def test_a_message_that_stayed_empty_is_dropped_and_the_next_one_taken(
    connection: Connection, tmp_path: Path
) -> None:
    (tmp_path / "1_a.celery.msg").touch()
    (tmp_path / "2_b.celery.msg").write_text('{"body": "half of it')
    assert sent_and_taken(connection, "sync") == ["sync"]
    assert list(tmp_path.glob("*.msg")) == []


def test_on_a_full_disk_nothing_is_left_of_what_could_not_be_sent(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_and_taken(connection, "sync")
    before = sorted(tmp_path.iterdir())

    def full(path: Path, text: str) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ChannelError, match="No space left on device"):
        Producer(connection.channel()).publish("sync", routing_key="celery")
    assert sorted(tmp_path.iterdir()) == before
