"""manage.py sync_network: reads the addresses, gateways and balancers of accounts."""

from inventory.sync import sync_network
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Read the addresses, NAT gateways and load balancers of accounts as they are "
        "now."
    )
    steps = {Dataset.NETWORK: sync_network}
