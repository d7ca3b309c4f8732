"""manage.py sync_commitments: reads how much of its commitments each bill uses."""

from costs.commitments.sync import sync_commitments
from syncs.commands import SyncCommand
from syncs.datasets import Dataset


class Command(SyncCommand):
    help = (
        "Read the utilization of reservations and savings plans from Cost Explorer, "
        "where AWS_COMMITMENT_UTILIZATION=true: six questions of $0.01."
    )
    steps = {Dataset.COMMITMENTS: sync_commitments}
