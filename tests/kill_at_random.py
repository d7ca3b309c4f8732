"""Syncs in forked children, each killed at a random moment.

A fork of a process that has Django loaded is as good as a worker and far cheaper.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from contextlib import suppress
from datetime import timedelta

from django.db import connection

# Of the processor's time, so that on a busy machine a sync comes as far as on an idle
# one.
LONGEST_SECONDS = 0.4


def kill_at_random(kills: int, seed: int) -> None:
    """Print how many were killed, and how many ended before, as JSON."""
    draw = random.Random(seed)
    warm_up()
    connection.close()  # each child opens its own
    killed = ended = 0
    while killed < kills:
        child = os.fork()
        if child == 0:
            sync_everything(draw.random() < 0.7)
        wait_until_it_used(child, draw.uniform(0, LONGEST_SECONDS))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        elif os.WEXITSTATUS(status):
            sys.exit("a sync went wrong though nobody disturbed it")
        else:
            ended += 1
    json.dump({"killed": killed, "ended": ended}, sys.stdout)


def wait_until_it_used(child: int, seconds: float) -> None:
    """Return when the child has used the processor for that long, or has ended."""
    clock = ~child << 3 | 2  # as pthread_getcpuclockid names another process's clock
    with suppress(OSError):  # it ended
        while time.clock_gettime(clock) < seconds and not has_ended(child):
            time.sleep(0.001)


def has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def warm_up() -> None:
    """What a child would have to load each time."""
    import boto3

    import metrics.sync  # noqa: F401
    from providers.aws.client import _descriptions

    session = boto3.Session()
    loader = _descriptions()
    for service in session.get_available_services():
        if service in ("ec2", "ce", "cloudwatch", "sts"):
            loader.load_service_model(service, "service-2")
    loader.load_data("endpoints")


def sync_everything(whole: bool) -> None:
    """All three datasets: what is due, or the whole of what was read at first."""
    from django.utils import timezone

    from clouds.models import CloudAccount
    from core.windows import Window, utc_day
    from costs.sync import sync_cost
    from inventory.sync import sync_ec2
    from metrics.sync import sync_cpu

    status = 1
    try:
        now = timezone.now()
        account = CloudAccount.objects.get()
        window = Window(utc_day(now) - timedelta(days=3), utc_day(now))
        runs = [
            sync_ec2(account, now),
            sync_cost(account, now, window=window if whole else None),
            sync_cpu(account, now, window=window if whole else None),
        ]
        status = int(any(run.status != "succeeded" for run in runs))
        if status:
            print([(run.status, run.error) for run in runs], file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
