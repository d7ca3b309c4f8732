"""check_worker: the heartbeat of this host's worker, for its container."""

from datetime import timedelta
from socket import gethostname

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from syncs.models import Worker
from syncs.runs.processes import own_mark

pytestmark = pytest.mark.django_db


def beat(name: str, seconds_ago: int = 0) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Worker.objects.create(name=name, held_by=own_mark(), heartbeat_at=at)


def test_a_worker_of_this_host_that_lives_is_healthy() -> None:
    beat(f"celery@{gethostname()}", seconds_ago=50)
    call_command("check_worker")


@pytest.mark.parametrize(
    ("name", "seconds_ago"), [("celery@elsewhere", 0), (f"celery@{gethostname()}", 61)]
)
def test_another_hosts_worker_or_an_old_heartbeat_is_not(
    name: str, seconds_ago: int
) -> None:
    beat(name, seconds_ago)
    with pytest.raises(CommandError, match="has sent no heartbeat within a minute"):
        call_command("check_worker")
