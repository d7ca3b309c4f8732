"""Many threads claim one slot at once; says how it ended for each, as JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

THREADS = 8


def main() -> None:
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from clouds.models import CloudAccount
    from syncs.datasets import Dataset
    from syncs.runs.claims import SlotTaken, claim

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


if __name__ == "__main__":
    main()
