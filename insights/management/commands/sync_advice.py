"""manage.py sync_advice: reads what the clouds' own advisers recommend."""

from insights.advice.sync import sync_advice
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Read what the clouds' own advisers recommend for accounts: the cost "
        "recommendations of Azure Advisor. Free."
    )
    steps = {Dataset.ADVICE: sync_advice}
