"""Questions about runs."""

from datetime import datetime, timedelta
from typing import Self

from django.db.models import OuterRef, Subquery

from clouds.access import AccountScopedQuerySet
from core.clocks import recent
from syncs.runs.watched import runs_changed


class SyncRunQuerySet(AccountScopedQuerySet):
    def active(self) -> Self:
        """Those that hold the slot of their account and dataset."""
        return self.filter(status__in=self.model.ACTIVE)

    def abandon(self, now: datetime, after: timedelta) -> int:
        """End running ones without a heartbeat for so long; return how many."""
        alive = recent("heartbeat_at", now, after)
        return self.filter(~alive, status="running").end_active(
            now,
            f"No sign of life for {after}, or one of a clock that is ahead: its "
            "process was ended. What it had stored stays; the next sync reads the "
            "window again.",
        )

    def drop_late(self, now: datetime, grace: timedelta) -> int:
        """End queued ones that no worker took in time; return how many."""
        in_time = recent("queued_at", now, grace)
        return self.filter(~in_time, status="queued").end_active(
            now, f"No worker took it within {grace}, so it was dropped. Is one running?"
        )

    def end_active(self, now: datetime, reason: str) -> int:
        """Free the slots of these runs, whichever process held them."""
        ended = self.active().update(status="abandoned", finished_at=now, error=reason)
        if ended:
            runs_changed()
        return ended

    def ordinary(self) -> Self:
        """Those that are no part of a backfill."""
        return self.filter(backfill_window__isnull=True)

    def finished(self) -> Self:
        """Those that hold no slot any more, the newest first.

        By key, as a clock that was ahead would make its runs the newest for long.
        """
        return self.exclude(status__in=self.model.ACTIVE).order_by("-pk")

    def newest_key(self) -> int:
        """Return the key of the newest finished one, 0 where there is none."""
        return self.finished().values_list("pk", flat=True).first() or 0

    def next_attempt(self) -> int:
        """Return 1 after a run that read everything; one more after each failed try."""
        run = self.finished().first()
        if run is None or run.status == self.model.Status.SUCCEEDED:
            return 1
        return run.attempt if run.was_dropped else run.attempt + 1

    def newest_per_dataset(self) -> Self:
        """The newest finished run of each account and dataset, backfills apart.

        Its `last_good_at` is when that dataset was last read well, by the run
        `last_good_key`; None if never. Found by the index of each account's history,
        however long that is.
        """
        from clouds.models import CloudAccount
        from syncs.datasets import Dataset

        ordinary = self.model.objects.ordinary()
        of_account = ordinary.finished().filter(account=OuterRef("pk"))
        newest = (
            CloudAccount.objects.order_by().values(
                run=Subquery(of_account.filter(dataset=dataset).values("pk")[:1])
            )
            for dataset in Dataset
        )
        good = (
            ordinary.filter(account=OuterRef("account"), dataset=OuterRef("dataset"))
            .filter(status__in=self.model.GOOD)
            .order_by("-pk")
        )
        return self.filter(pk__in=next(newest).union(*newest, all=True)).annotate(
            last_good_at=Subquery(good.values("finished_at")[:1]),
            last_good_key=Subquery(good.values("pk")[:1]),
        )
