"""An AWS that lets one call wait for its answer for as long as the test wants."""

from threading import Event
from typing import Any

from core.testing.aws_emulator import Call, EmulatedAws
from core.testing.waiting import HANGS_AFTER_SECONDS


class HaltingAws(EmulatedAws):
    """An AWS that leaves one call without its answer until it is released."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.halted, self.released = Event(), Event()
        self._operation, self._number = "", 0

    def halt(self, operation: str, number: int) -> None:
        """Leave the n-th call of the operation, from now on, without its answer."""
        self.halted.clear()
        self.released.clear()
        self._operation, self._number = operation, number

    def record(self, call: Call) -> None:
        super().record(call)
        if call.name != self._operation:
            return
        self._number -= 1
        if self._number == 0:
            self.halted.set()
            self.released.wait(HANGS_AFTER_SECONDS)
