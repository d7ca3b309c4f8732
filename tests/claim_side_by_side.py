"""Many threads claim one slot at once."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.utils import timezone

from clouds.models import CloudAccount
from syncs.datasets import Dataset
from syncs.runs.claims import SlotTaken, claim

THREADS = 8


def claim_side_by_side() -> None:
    """Print how it ended for each, as JSON."""
    account = CloudAccount.objects.get()
    connection.close()
    together = Barrier(THREADS)

    def try_it(number: int) -> str:
        together.wait()
        try:
            claim(account, Dataset.COST, timezone.now())
        except SlotTaken:
            return "taken"
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(THREADS) as pool:
        json.dump(sorted(pool.map(try_it, range(THREADS))), sys.stdout)
