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

    def without_heartbeat_since(self, at: datetime) -> "SyncRunQuerySet":
        return self.active().filter(heartbeat_at__lt=at)

    def abandon(self, now: datetime, after: timedelta) -> int:
        """Frees the slots of runs whose process died; answers how many there were."""
        return self.without_heartbeat_since(now - after).update(
            status=self.model.Status.ABANDONED,
            finished_at=now,
            error=f"No sign of life for {after}: its process was ended. What it had "
            "stored stays; the next sync reads the window again.",
        )

    def newest_per_dataset(self) -> "SyncRunQuerySet":
        """The newest finished run of each account and dataset.

        Its `last_good_at` is when that dataset was last read well, None if never.
        """
        same = self.model.objects.filter(
            account=OuterRef("account"), dataset=OuterRef("dataset")
        )
        newer = same.exclude(status__in=self.model.ACTIVE).filter(
            started_at__gt=OuterRef("started_at")
        )
        good = same.filter(status__in=self.model.GOOD).order_by("-started_at")
        return (
            self.exclude(status__in=self.model.ACTIVE)
            .filter(~Exists(newer))
            .annotate(last_good_at=Subquery(good.values("finished_at")[:1]))
        )
