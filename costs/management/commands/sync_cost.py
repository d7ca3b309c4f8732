"""manage.py sync_cost: reads daily costs of accounts."""

from costs.sync import sync_cost
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = "Reads daily costs of every enabled account, or of those named."
    steps = {Dataset.COST: sync_cost}
