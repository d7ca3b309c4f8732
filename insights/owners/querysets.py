"""Which rules of owners a user sees."""

from typing import Self

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited


class OwnerRuleQuerySet(AccountScopedQuerySet):
    """Rules decide over every account, and name some."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return all, or none for users who see only some accounts."""
        return self.none() if is_limited(user) else self
