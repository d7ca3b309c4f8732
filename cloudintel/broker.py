"""Celery's settings of the queue, by its URL."""

import ssl
from pathlib import Path
from typing import Any

# Without the broker a page must respond soon, not wait for minutes.
CONNECT_SECONDS = 2
ANSWER_SECONDS = 10
# Between two looks at the directory, each of which lists it: 0.1% of a processor.
LOOK_SECONDS = 0.1


def broker_url(url: str) -> str:
    """Return the URL as Celery takes it: a Redis socket as for the cache."""
    if not url.startswith("unix:"):
        return url
    socket = url.replace("unix", "redis+socket", 1)
    return socket.replace("?db=", "?virtual_host=")


def broker_tls(url: str) -> dict[str, Any]:
    """Return what verifies the server's certificate; Celery alone takes any."""
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": "required"}
    if url.startswith("amqps:"):
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}
    return {}


def broker_options(url: str, folder: Path, longest_task: int) -> dict[str, Any]:
    """Return the transport's options. Directories lie in `folder`."""
    if url.startswith("filesystem:"):
        (folder / "control").mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": LOOK_SECONDS,
        }
    if url.startswith("redis"):
        return {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            # Redis redelivers a message after this: never while its task runs.
            "visibility_timeout": longest_task + 120,
        }
    return {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS}
