"""Questions about accounts, runs, backfills and what reading costs."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Sum

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited
from core.windows import Window
from syncs.runs.processes import is_dead

# Several heartbeats, so that a slow one is not taken for a dead worker.
WORKER_SILENT_AFTER = timedelta(seconds=60)


class SyncRunQuerySet(AccountScopedQuerySet):
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

    def finished(self) -> "SyncRunQuerySet":
        """Those that hold no slot any more, the newest first."""
        return self.exclude(status__in=self.model.ACTIVE).order_by("-started_at")

    def newest_key(self) -> int:
        """The key of the newest finished one, 0 where there is none."""
        return self.finished().values_list("pk", flat=True).first() or 0

    def next_attempt(self) -> int:
        """1 after a run that read everything; one more after each that tried to."""
        run = self.finished().first()
        if run is None or run.status == self.model.Status.SUCCEEDED:
            return 1
        return run.attempt if run.was_dropped else run.attempt + 1

    def newest_per_dataset(self) -> "SyncRunQuerySet":
        """The newest finished run of each account and dataset, backfills apart.

        Its `last_good_at` is when that dataset was last read well, None if never. Found
        by the index of each account's history, however long that is.
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
            .order_by("-started_at")
        )
        return self.filter(pk__in=next(newest).union(*newest, all=True)).annotate(
            last_good_at=Subquery(good.values("finished_at")[:1])
        )


class BackfillQuerySet(AccountScopedQuerySet):
    def with_progress(self) -> "BackfillQuerySet":
        """Each with how many windows it has, and how many of them are how far."""
        return self.annotate(
            windows_total=Count("windows"),
            windows_read=Count("windows", filter=Q(windows__status="succeeded")),
            windows_active=Count("windows", filter=Q(windows__status="active")),
            windows_failed=Count("windows", filter=Q(windows__status="failed")),
            # Django leaves the model's own order out where it groups.
        ).order_by("-created_at", "-id")


class BackfillWindowQuerySet(AccountScopedQuerySet):
    account_path = "backfill__account"


class IncidentQuerySet(AccountScopedQuerySet):
    def open(self) -> "IncidentQuerySet":
        return self.filter(closed_at__isnull=True)


class WorkerQuerySet(models.QuerySet[Any]):
    def alive(self, now: datetime) -> list[Any]:
        """Those with a fresh heartbeat whose process is not known to be gone."""
        fresh = self.filter(heartbeat_at__gte=now - WORKER_SILENT_AFTER)
        return [worker for worker in fresh if not is_dead(worker.held_by)]


class ApiBudgetDayQuerySet(AccountScopedQuerySet):
    def visible_to(self, user: AnyUser) -> Self:
        """A day's budget is of all accounts together: only for who may see them all."""
        return self.none() if is_limited(user) else self


class ApiUsageQuerySet(AccountScopedQuerySet):
    def in_window(self, window: Window) -> "ApiUsageQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def per_service_and_day(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """(service, day, requests, 10^-5 USD) of each service's days."""
        sums = {"requests_sum": Sum("requests"), "usd_e5_sum": Sum("usd_e5")}
        return self.order_by().values_list("service", "day").annotate(**sums)

    def per_account(self, today: date) -> models.QuerySet[Any, tuple[Any, ...]]:
        """(account id, requests and 10^-5 USD of today, and of all) of each."""
        on_day = Q(day=today)
        return (
            self.order_by()
            .values_list("account__account_id")
            .annotate(
                requests_today=Sum("requests", filter=on_day, default=0),
                usd_e5_today=Sum("usd_e5", filter=on_day, default=0),
                requests_sum=Sum("requests"),
                usd_e5_sum=Sum("usd_e5"),
            )
            .order_by("-usd_e5_sum", "account__account_id")
        )
