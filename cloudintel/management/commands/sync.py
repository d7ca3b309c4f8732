"""manage.py sync: sync all datasets of accounts."""

from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from syncs.commands import SyncCommand
from syncs.models import Dataset


class Command(SyncCommand):
    help = (
        "Sync instances, daily costs, CPU and network of every enabled account, or of "
        "the named ones. --start and --end apply to costs, CPU and network."
    )
    # Instances first: CPU is read for known instances.
    steps = {
        Dataset.EC2: sync_ec2,
        Dataset.COST: sync_cost,
        Dataset.CPU: sync_cpu,
    }
