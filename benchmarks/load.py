"""Requests as fast as they are answered, by clients in processes of their own."""

import http.client
import itertools
import multiprocessing
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

Answered = tuple[int, list[float]]


def asked(
    port: int,
    paths: Sequence[str],
    headers: Mapping[str, str],
    *,
    seconds: float,
    clients: int,
) -> tuple[float, list[float]]:
    """(requests/s, ms of each request) of these paths in turn.

    Each client keeps its connection and asks for a share of the paths of its own.
    """
    context = multiprocessing.get_context("fork")
    with context.Pool(clients) as pool:
        jobs = [
            (port, paths[number::clients] or paths, dict(headers), seconds)
            for number in range(clients)
        ]
        found = pool.starmap(client, jobs)
    times = [ms for client_times in found for ms in client_times]
    return len(times) / seconds, times


def client(
    port: int, paths: Sequence[str], headers: Mapping[str, str], seconds: float
) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times: list[float] = []
    deadline = time.perf_counter() + seconds
    for path in itertools.cycle(paths):
        started = time.perf_counter()
        if started >= deadline:
            break
        answer(connection, path, headers)
        times.append((time.perf_counter() - started) * 1000)
    connection.close()
    return times


def answer(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]
) -> bytes:
    """The body; refuses any other answer than 200."""
    connection.request("GET", path, headers=dict(headers))
    # Else a server that sends its headers first waits 40 ms for a delayed ACK.
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, (path, response.status, body[:300])
    return body


def processes(pid: int) -> list[int]:
    """A process and all that it started, by Linux's own account of them."""
    found = [pid]
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            for child in children.read().split():
                found += processes(int(child))
    except FileNotFoundError:  # it ended meanwhile
        return []
    return found


def cpu_seconds(pid: int) -> float:
    """What a process and its children have used of the processors."""
    ticks = 0
    for one in processes(pid):
        with open(f"/proc/{one}/stat") as stat:
            ticks += sum(map(int, stat.read().rpartition(")")[2].split()[11:13]))
    return ticks / 100


def peak_mb(pid: int) -> float:
    """The largest memory that one of these processes ever had."""
    return max(_peak_kb(one) for one in processes(pid)) / 1024


def _peak_kb(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        lines: dict[str, Any] = dict(
            line.split(":", 1) for line in status if ":" in line
        )
    return int(lines["VmHWM"].split()[0])
