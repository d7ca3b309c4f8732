"""manage.py sync_ec2: reads EC2 instances of accounts."""

from inventory.sync import sync_ec2
from syncs.commands import SyncCommand
from syncs.models import Dataset


class Command(SyncCommand):
    help = "Reads EC2 instances of every enabled account, or of those named."
    steps = {Dataset.EC2: sync_ec2}
    takes_window = False
