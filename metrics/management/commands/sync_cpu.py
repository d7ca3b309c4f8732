"""manage.py sync_cpu: reads CPU and network of accounts."""

from metrics.sync import sync_cpu
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Reads CPU and network of every enabled account, or of those named."
    steps = {Dataset.CPU: sync_cpu}
