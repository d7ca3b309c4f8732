"""manage.py sync_storage: reads the volumes, snapshots and buckets of accounts."""

from inventory.sync import sync_storage
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Read the volumes, snapshots and buckets of accounts as they are now."
    steps = {Dataset.STORAGE: sync_storage}
