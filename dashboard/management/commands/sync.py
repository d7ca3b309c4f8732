"""manage.py sync: sync all datasets of accounts."""

from costs.commitments.sync import sync_commitments
from costs.sync import sync_cost
from insights.advice.sync import sync_advice
from inventory.sync import sync_databases, sync_ec2, sync_network, sync_storage
from metrics.sync import sync_cpu, sync_usage
from pricing.sync import sync_prices
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Sync all datasets of every enabled account, or of the named ones. --start and "
        "--end apply to those that have days: costs, CPU and usage."
    )
    steps = {
        Dataset.INSTANCES: sync_ec2,
        Dataset.STORAGE: sync_storage,
        Dataset.DATABASES: sync_databases,
        Dataset.NETWORK: sync_network,
        Dataset.COST: sync_cost,
        Dataset.CPU: sync_cpu,
        Dataset.USAGE: sync_usage,
        Dataset.PRICES: sync_prices,
        Dataset.ADVICE: sync_advice,
        Dataset.COMMITMENTS: sync_commitments,
    }
