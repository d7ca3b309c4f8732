"""manage.py sync: reads all datasets of accounts."""

from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from syncs.commands import SyncCommand
from syncs.models import Dataset


class Command(SyncCommand):
    help = (
        "Reads EC2 instances, daily costs, CPU and network of every enabled account, "
        "or of those named. --start and --end apply to costs, CPU and network."
    )
    # Instances first: whose CPU is asked for depends on them.
    steps = {
        Dataset.EC2: sync_ec2,
        Dataset.COST: sync_cost,
        Dataset.CPU: sync_cpu,
    }
