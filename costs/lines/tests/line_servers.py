"""Servers that answer about lines: what LINE_ITEMS_ENGINE may name."""

import importlib
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.testing.postgres import free_port
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from costs.lines.clickhouse import FORMAT, SETTINGS

TOKEN = "hunter2"
SPARK = {
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}


@contextmanager
def clickhouse_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a real ClickHouse in this process, behind a socket."""
    # Half a gigabyte, for this process alone.
    session: Any = importlib.import_module("chdb.session")
    engine = session.Session()
    engine.query("CREATE DATABASE bills ENGINE = Atomic")
    engine.query("USE bills")

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            statement = _statement(asked, body, folder)
            try:
                status, answer = 200, engine.query(statement, FORMAT).bytes()
            except Exception as error:
                status, answer = 400, str(error).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as door:
        Thread(target=door.serve_forever, daemon=True).start()
        yield f"clickhouse://127.0.0.1:{door.server_port}/bills"
        door.shutdown()
    engine.close()


def _statement(asked: dict[str, list[str]], body: bytes, folder: Path) -> str:
    """Return what is asked for; of what is inserted, the file that was sent."""
    if "query" in asked:
        sent = folder / "sent.parquet"
        sent.write_bytes(body)
        statement = asked["query"][0].removesuffix(" FORMAT Parquet")
        return statement.replace("input(", f"file('{sent}', Parquet, ")
    if not body.startswith((b"SELECT", b"WITH")):
        return body.decode()
    named = ", ".join(f"{name} = {asked[name][0]}" for name in SETTINGS)
    return f"{body.decode()} SETTINGS {named}"


@contextmanager
def spark_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a Spark of its own process, which asks for a token."""
    port = free_port()
    settings = SPARK | {"spark.connect.grpc.binding.port": str(port)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                *("spark-submit", "--master", "local[2]", "--class"),
                "org.apache.spark.sql.connect.service.SparkConnectServer",
                *(f"--conf={name}={value}" for name, value in settings.items()),
            ],
            env=os.environ | {"SPARK_CONNECT_AUTHENTICATE_TOKEN": TOKEN},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until("Spark", lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, (folder / "log").read_text()
        yield f"sc://localhost:{port}/;token={TOKEN}"
    finally:
        process.terminate()
        process.wait(HANGS_AFTER_SECONDS)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
