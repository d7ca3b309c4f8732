"""Questions about backfills."""

from typing import Self

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from clouds.access import AccountScopedQuerySet


class BackfillQuerySet(AccountScopedQuerySet):
    def with_progress(self) -> Self:
        """Annotate how many windows each has, and how many are in which state."""
        return self.annotate(
            windows_total=Count("windows"),
            windows_read=Count("windows", filter=Q(windows__status="succeeded")),
            windows_active=Count("windows", filter=Q(windows__status="active")),
            windows_failed=Count("windows", filter=Q(windows__status="failed")),
            # Django leaves the model's own order out where it groups.
        ).order_by("-created_at", "-id")

    def open_first(self) -> Self:
        is_open = ExpressionWrapper(Q(status__in=self.model.OPEN), BooleanField())
        return self.order_by(is_open.desc(), "-created_at", "-id")


class BackfillWindowQuerySet(AccountScopedQuerySet):
    account_path = "backfill__account"
