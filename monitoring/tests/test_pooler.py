"""The pools of pgbouncer, asked as its console takes questions."""

import socketserver
import struct
from collections.abc import Iterator
from threading import Thread

import pytest
from pytest_django import Settings

from monitoring.database.pooler import PoolerAway, pools

COLUMNS = ["database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle"]
COLUMNS += ["maxwait", "pool_mode"]
ROWS = [
    ["cloudintel", "cloudintel", "7", "2", "5", "1", "3", "transaction"],
    ["pgbouncer", "pgbouncer", "1", "0", "0", "0", "0", "statement"],
]
TEXT, INT = 25, 23


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


READY = message(b"Z", b"I")


class Console(socketserver.StreamRequestHandler):
    """As much of it as a client of the simple protocol needs."""

    def handle(self) -> None:
        (length,) = struct.unpack("!i", self.rfile.read(4))
        self.rfile.read(length - 4)
        told = {"client_encoding": "UTF8", "DateStyle": "ISO"}
        told["standard_conforming_strings"] = "on"
        states = [message(b"S", f"{n}\0{v}\0".encode()) for n, v in told.items()]
        ok = message(b"R", struct.pack("!i", 0))
        self.wfile.write(ok + b"".join(states) + READY)
        while (kind := self.rfile.read(1)) == b"Q":
            (length,) = struct.unpack("!i", self.rfile.read(4))
            assert self.rfile.read(length - 4) == b"SHOW POOLS\0"
            self.wfile.write(self.rows() + message(b"C", b"SHOW\0") + READY)
        # Whatever else a driver may send, such as Parse, the console refuses.
        assert kind in (b"X", b"")

    def rows(self) -> bytes:
        described = struct.pack("!h", len(COLUMNS))
        for name in COLUMNS:
            kind = INT if name.startswith(("cl_", "sv_", "max")) else TEXT
            described += (
                name.encode() + b"\0" + struct.pack("!ihihih", 0, 0, kind, -1, -1, 0)
            )
        found = message(b"T", described)
        for row in ROWS:
            body = struct.pack("!h", len(row))
            for value in row:
                body += struct.pack("!i", len(value)) + value.encode()
            found += message(b"D", body)
        return found


@pytest.fixture
def console() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Console) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        host, port = server.server_address[:2]
        yield f"postgres://stats:hunter2@{host!s}:{port}/pgbouncer?sslmode=disable"
        server.shutdown()
        thread.join()


def test_its_pools_are_named_in_our_words(console: str, settings: Settings) -> None:
    settings.PGBOUNCER_URL = console
    assert pools() == [
        {
            "database": "cloudintel",
            "user": "cloudintel",
            "pool_mode": "transaction",
            "clients": 7,
            "waiting": 2,
            "in_use": 5,
            "idle": 1,
            "longest_wait_seconds": 3,
        }
    ]


def test_one_that_is_away_is_no_empty_list(settings: Settings) -> None:
    settings.PGBOUNCER_URL = "postgres://stats:hunter2@127.0.0.1:1/pgbouncer"
    with pytest.raises(PoolerAway, match=r"does not answer \(OperationalError\)"):
        pools()


def test_none_is_asked_where_none_is_set(settings: Settings) -> None:
    settings.PGBOUNCER_URL = ""
    assert pools() is None
