"""A run that its worker ends says why: the time limit, or a worker that must go."""

import os
import time

import pytest
from pytest_django import Settings

from clouds.testing import account
from core.testing.clock import NOW
from syncs.datasets import Dataset
from syncs.runs.claims import claim
from syncs.runs.run_context import run_context, say_nothing
from syncs.runs.stopping import STOP_SIGNAL, stoppable
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
LIMIT = 600


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (LIMIT + 1, "It took longer than 600 s and was ended."),
        (LIMIT - 0.5, "It took longer than 600 s and was ended."),
        (LIMIT - 60, "Its worker was stopped."),
    ],
)
def test_time_counts_from_when_the_task_was_accepted_not_from_when_the_run_started(
    seconds: float, reason: str, settings: Settings
) -> None:
    settings.SYNC_TIME_LIMIT_SECONDS = LIMIT
    run = claim(account(), Dataset.INSTANCES, NOW)
    with stoppable(time.monotonic() - seconds), run_context(run, say_nothing):
        os.kill(os.getpid(), STOP_SIGNAL)
    assert outcome(run)[1].startswith(reason)
