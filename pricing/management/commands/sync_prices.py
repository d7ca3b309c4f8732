"""manage.py sync_prices: reads the list prices that accounts need."""

from pricing.sync import sync_prices
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Reads the list prices of the instance types of every enabled account, or of "
        "those named, and of the types they could become. Free; once a week."
    )
    steps = {Dataset.PRICES: sync_prices}
