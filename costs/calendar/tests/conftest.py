from collections.abc import Iterator

import pytest
import time_machine

from core.testing.clock import NOW


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
