"""A short history of the demo company, built once for all tests of a module."""

from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from core.testing.clock import NOW


@pytest.fixture(scope="module", autouse=True)
def company(module_db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        call_command("demo", "--days", "20", stdout=StringIO())
        yield
