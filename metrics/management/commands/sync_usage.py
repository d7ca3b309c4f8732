"""manage.py sync_usage: reads how much accounts use databases, network and storage."""

from metrics.sync import sync_usage
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Read how much accounts use their databases, network and storage."
    steps = {Dataset.USAGE: sync_usage}
