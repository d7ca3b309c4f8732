"""The checks of what the installation consists of."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.utils.timesince import timesince
from django_celery_beat.models import PeriodicTask

from clouds.models import CloudAccount
from core.clocks import is_recent
from core.db.installed_at import installed_at
from monitoring.health.components import (
    FRESHNESS,
    Component,
    Degraded,
    Down,
    NotMeasured,
    register,
)
from monitoring.health.models import HealthPeriod
from syncs.models import Worker
from syncs.runs.freshness import State, freshness

ANSWERS_WITHIN_SECONDS = 2
# Of the disk of STATE_DIR, on which the database, queue or archives may lie.
FULL_FROM, CRITICAL_FROM = 0.90, 0.97
# It sends something each minute.
BEAT_SILENT_AFTER = timedelta(minutes=3)
# The demo company takes a minute, and minutes on a small machine.
STARTS_WITHIN = timedelta(minutes=20)
URGENT = (State.FAILING, State.STALE)


def check_database(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def check_cache(now: datetime) -> str:
    key = f"cloudintel:status:{uuid4()}"  # other processes check it at the same time
    cache.set(key, now.isoformat(), 10)
    if cache.get(key) != now.isoformat():
        raise Down("It did not return what was stored. Look at CACHE_URL.")
    return ""


def check_broker(now: datetime) -> str:
    with current_app.connection_for_read() as broker:
        broker.transport_options["socket_timeout"] = ANSWERS_WITHIN_SECONDS
        broker.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN_SECONDS)
    return ""


def check_workers(now: datetime) -> str:
    alive = len(Worker.objects.alive(now))
    if not alive:
        if is_starting(now):
            raise NotMeasured
        raise Down("No worker has sent a heartbeat. Start one, or look at its log.")
    return f"{alive} running."


def is_starting(now: datetime) -> bool:
    """Return whether no worker has checked anything yet, as while a new installation
    builds the demo company. Two queries at most."""
    if HealthPeriod.objects.exists():
        return False
    return is_recent(installed_at(), now, STARTS_WITHIN)


def check_beat(now: datetime) -> str:
    ours = PeriodicTask.objects.filter(name__in=settings.CELERY_BEAT_SCHEDULE)
    sent = ours.exclude(last_run_at=None).order_by("-last_run_at")
    last = sent.values_list("last_run_at", flat=True).first()
    if last is None:
        raise NotMeasured
    if not is_recent(last, now, BEAT_SILENT_AFTER):
        raise Down(f"It has sent nothing for {timesince(last, now)}. Start beat.")
    return ""


def check_live(now: datetime) -> str:
    """Check the process that sends changes to open pages."""
    if not settings.LIVE_PORT:
        raise NotMeasured
    url = f"{settings.LIVE_URL}/health"
    try:
        # Not by the proxy of the environment, which does not reach our own host.
        with build_opener(ProxyHandler({})).open(url, timeout=ANSWERS_WITHIN_SECONDS):
            return ""
    except URLError as error:
        raise Down(
            f"{url} does not answer ({error.reason}). Pages ask by themselves "
            "meanwhile. Start it, or look at LIVE_URL."
        ) from None


def check_disk(now: datetime) -> str:
    used, text = used_of_disk()
    if used >= CRITICAL_FROM:
        raise Down(f"{text} What is stored there fails once it is full.")
    if used >= FULL_FROM:
        raise Degraded(f"{text} Free space on it, or enlarge it.")
    return text


def used_of_disk() -> tuple[float, str]:
    """Return which share of the disk of STATE_DIR is used, and a sentence of it."""
    disk = shutil.disk_usage(settings.STATE_DIR)
    used = disk.used / (disk.used + disk.free)  # as df says: of what may be used
    return used, f"{used:.0%} full, {disk.free / 2**30:.1f} GiB are free."


def check_freshness(now: datetime) -> str:
    """Of all accounts together: each is kept by itself beside it."""
    return freshness_of(CloudAccount.objects.enabled(), now)


def freshness_of(accounts: QuerySet[CloudAccount], now: datetime) -> str:
    counts = Counter(one.state for one in freshness(accounts, now))
    if not counts:
        raise NotMeasured
    text = ", ".join(
        f"{counts[state]:,} {state.word}" for state in State if counts[state]
    )
    if any(counts[state] for state in URGENT):
        raise Degraded(f"Of all datasets: {text}.")
    return f"Of all datasets: {text}."


OF_INSTALLATION = (
    Component("database", "Database", check_database, is_quick=True),
    Component("cache", "Cache", check_cache),
    Component("broker", "Queue", check_broker),
    Component("workers", "Workers", check_workers, is_quick=True),
    Component("beat", "Scheduler", check_beat),
    Component("live", "Live process", check_live),
    Component("disk", "Disk", check_disk),
    Component(FRESHNESS, "Data freshness", check_freshness),
)
for found in OF_INSTALLATION:
    register(found)
