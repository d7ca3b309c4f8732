"""The queue in files of one machine: a full disk or a kill leaves each of them whole.

Those of kombu are written in place, and an empty one ends each worker that reads it.
"""

import logging
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def get_table(self, exchange: str) -> list[Any]:
        try:
            return list(super().get_table(exchange))
        except ValueError as error:
            damaged = f"{self._exchange_file(exchange)} is damaged: restart the worker"
            raise ChannelError(damaged) from error

    def _queue_bind(
        self, exchange: str, routing_key: str, pattern: str, queue: str
    ) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue)
        try:
            queues = self.get_table(exchange)
        except ChannelError:
            queues = []
        if bound not in queues:
            _write_whole(self._exchange_file(exchange), [bound, *queues])

    # Named as in the class above it, which differs from its own base class.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        # Messages are taken in the order of their names.
        name = f"{monotonic_ns():020}_{uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str, timeout: Any = None) -> Any:
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                logger.warning("a message of the queue was not readable: dropped")


def _write_whole(path: Path, content: Any) -> None:
    """Write the file so that it is seen complete or not at all."""
    draft = path.with_name(f".{uuid4()}")
    try:
        draft.write_text(dumps(content))
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ChannelError(f"{path} can't be written: {error.strerror}") from error


class Transport(filesystem.Transport):
    Channel = Channel
