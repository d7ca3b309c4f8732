"""manage.py sync_ec2: reads the instances of accounts."""

from inventory.sync import sync_ec2
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Reads the instances of every enabled account, or of those named."
    steps = {Dataset.INSTANCES: sync_ec2}
