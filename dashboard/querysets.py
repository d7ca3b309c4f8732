"""Who may see what is summed over all accounts."""

from typing import Self

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited


class DashboardMetricQuerySet(AccountScopedQuerySet):
    def visible_to(self, user: AnyUser) -> Self:
        """Return all rows, or none to users who see only some of the accounts."""
        return self.none() if is_limited(user) else self
