"""The real queue of folders, worked off within the test's own process."""

from queue import Empty
from typing import Any

from celery import current_app


def waiting() -> list[tuple[str, list[Any]]]:
    """Takes every message from the queue: the task's name and its arguments."""
    taken = []
    with current_app.connection_for_write() as broker:
        queue = broker.SimpleQueue(current_app.conf.task_default_queue)
        while True:
            try:
                message = queue.get_nowait()
            except Empty:
                break
            message.ack()
            taken.append((message.headers["task"], message.payload[0]))
        queue.close()
    return taken


def work_off() -> list[Any]:
    """Does what waits in the queue, and what that queues; answers what each did."""
    current_app.loader.import_default_modules()
    did: list[Any] = []
    while messages := waiting():
        did += [current_app.tasks[name](*arguments) for name, arguments in messages]
    return did
