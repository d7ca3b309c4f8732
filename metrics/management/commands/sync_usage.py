"""manage.py sync_usage: reads the usage of databases, network and storage."""

from metrics.sync import sync_usage
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Read the daily usage of databases, network and storage of accounts."
    steps = {Dataset.USAGE: sync_usage}
