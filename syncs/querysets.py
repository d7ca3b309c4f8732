"""Questions about accounts and runs."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery


class CloudAccountQuerySet(models.QuerySet[Any]):
    def enabled(self) -> "CloudAccountQuerySet":
        return self.filter(is_enabled=True)

    def demo(self) -> "CloudAccountQuerySet":
        return self.filter(provider="demo")

    def called(self, names: list[str]) -> "CloudAccountQuerySet":
        """Those whose account id or name is among `names`."""
        return self.filter(Q(account_id__in=names) | Q(name__in=names))

    def searched(self, text: str) -> "CloudAccountQuerySet":
        return self.filter(Q(account_id__icontains=text) | Q(name__icontains=text))


class SyncRunQuerySet(models.QuerySet[Any]):
    def active(self) -> "SyncRunQuerySet":
        """Those that hold the slot of their account and dataset."""
        return self.filter(status__in=self.model.ACTIVE)

    def abandon(self, now: datetime, after: timedelta) -> int:
        """Ends running ones without a sign of life; answers how many there were."""
        silent = self.filter(status="running", heartbeat_at__lt=now - after)
        return silent.end_active(
            now,
            f"No sign of life for {after}: its process was ended. What it had stored "
            "stays; the next sync reads the window again.",
        )

    def drop_late(self, now: datetime, grace: timedelta) -> int:
        """Ends queued ones that no worker took in time."""
        late = self.filter(status="queued", queued_at__lt=now - grace)
        return late.end_active(
            now, f"No worker took it within {grace}, so it was dropped. Is one running?"
        )

    def end_active(self, now: datetime, reason: str) -> int:
        """Frees the slots of these runs, whoever held them; answers how many."""
        return self.active().update(status="abandoned", finished_at=now, error=reason)

    def ordinary(self) -> "SyncRunQuerySet":
        """Those that are no part of a backfill."""
        return self.filter(backfill_window__isnull=True)

    def next_attempt(self) -> int:
        """1 after a run that read everything; one more after each that did not."""
        newest = self.exclude(status__in=self.model.ACTIVE).order_by("-started_at")
        run = newest.first()
        if run is None or run.status == self.model.Status.SUCCEEDED:
            return 1
        return run.attempt + 1

    def newest_per_dataset(self) -> "SyncRunQuerySet":
        """The newest finished run of each account and dataset, backfills apart.

        Its `last_good_at` is when that dataset was last read well, None if never.
        """
        same = self.model.objects.ordinary().filter(
            account=OuterRef("account"), dataset=OuterRef("dataset")
        )
        newer = same.exclude(status__in=self.model.ACTIVE).filter(
            started_at__gt=OuterRef("started_at")
        )
        good = same.filter(status__in=self.model.GOOD).order_by("-started_at")
        return (
            self.ordinary()
            .exclude(status__in=self.model.ACTIVE)
            .filter(~Exists(newer))
            .annotate(last_good_at=Subquery(good.values("finished_at")[:1]))
        )
