"""manage.py sync_prices: reads the list prices that accounts need."""

from pricing.sync import sync_prices
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Read the list prices of what every enabled account has, or those named, and "
        "of the instance types they could become. Free; once a week."
    )
    steps = {Dataset.PRICES: sync_prices}
