"""Which process holds a run, and whether it is still alive."""

import os
import socket
from functools import cache
from pathlib import Path


def own_mark() -> str:
    """Return what tells this process from any other: host, process id, its start."""
    return mark_of(os.getpid())


def mark_of(process_id: int) -> str:
    return f"{_host()}@{process_id}:{_started(process_id)}"


def is_dead(mark: str) -> bool:
    """Return whether this process has surely ended; unsure for other hosts."""
    host, _, rest = mark.rpartition("@")
    process_id, _, started = rest.partition(":")
    if host != _host() or not process_id.isdecimal():
        return False
    return _started(int(process_id)) != started


def is_running(process_id: int) -> bool:
    return bool(_started(process_id))


@cache
def _host() -> str:
    """The host, and on Linux the process ids' own space: containers that share a
    host's name do not share its ids."""
    space = Path("/proc/self/ns/pid")
    number = f"/{space.stat().st_ino}" if space.exists() else ""
    return socket.gethostname() + number


def _started(process_id: int) -> str:
    """When it was started, so that a reused process id is not mistaken; "" if gone."""
    stat = Path(f"/proc/{process_id}/stat")
    if stat.exists():
        try:
            # Field 22; what precedes it may hold blanks, but ends with a bracket.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""  # it ended while we looked
        return "" if fields[0] == "Z" else fields[19]
    if Path("/proc/self/stat").exists():
        return ""
    try:  # on systems without /proc only the id tells
        os.kill(process_id, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
