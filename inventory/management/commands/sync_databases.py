"""manage.py sync_databases: reads the databases of accounts."""

from inventory.sync import sync_databases
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Read the databases of accounts as they are now."
    steps = {Dataset.DATABASES: sync_databases}
