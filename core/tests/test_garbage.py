"""Python looks for garbage rarely while the code is loaded, and as ever afterwards."""

import gc
from collections.abc import Iterator

import pytest
from django.apps import apps

from core.garbage import WHILE_LOADING, begin_loading, ordinary


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    as_it_was = gc.get_threshold()
    yield
    gc.set_threshold(*as_it_was)


def test_it_is_looked_for_as_ever_once_the_last_application_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen_at: list[tuple[int, int, int]] = []
    # What other tests left would stay, had it been looked for no more.
    monkeypatch.setattr(gc, "freeze", lambda: frozen_at.append(gc.get_threshold()))
    begin_loading()
    assert gc.get_threshold()[0] == WHILE_LOADING
    last = [*apps.get_app_configs()][-1]
    last.ready()
    assert gc.get_threshold() == ordinary
    assert frozen_at == [ordinary]
