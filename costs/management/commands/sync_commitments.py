"""manage.py sync_commitments: reads what each bill uses of its commitments."""

from costs.commitments.sync import sync_commitments
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Read the utilization and coverage of reservations and savings plans from Cost "
        "Explorer, where AWS_COMMITMENT_UTILIZATION=true: twelve questions of $0.01."
    )
    steps = {Dataset.COMMITMENTS: sync_commitments}
