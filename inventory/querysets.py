"""Queries over resources."""

import re
from datetime import date
from typing import Self

from django.db.models import Count, Q

from clouds.access import AccountScopedQuerySet
from core.windows import midnight
from inventory.tags import HasTag

RUNNING = "running"
# Of a machine whose state its cloud has not told yet.
UNKNOWN = "unknown"
PART_OF_ADDRESS = re.compile(r"[0-9A-Fa-f.:]+")


class ResourceQuerySet(AccountScopedQuerySet):
    def present(self) -> Self:
        """Return those that the last complete answer of their region held."""
        return self.filter(gone_since__isnull=True)

    def running(self) -> Self:
        return self.present().filter(state=RUNNING)

    def present_since(self, day: date) -> Self:
        """Return those that were present at some time on or after that day."""
        return self.filter(
            Q(gone_since__isnull=True) | Q(gone_since__gte=midnight(day))
        )

    def tagged(self, tag: str) -> Self:
        """Return those with the tag: key=value, key:value, or key for any value."""
        return self.filter(HasTag("tags", tag))

    def count_per_state(self) -> dict[str, int]:
        """Return how many are in each state, the most frequent first."""
        return dict(
            self.order_by()
            .values("state")
            .annotate(count=Count("*"))
            .order_by("-count", "state")
            .values_list("state", "count")
        )

    def values_of(self, column: str) -> list[str]:
        """Return the texts that a column holds, in order, without the empty one."""
        texts = self.order_by(column).values_list(column, flat=True).distinct()
        return [text for text in texts if text]


class InstanceQuerySet(ResourceQuerySet):
    def search(self, text: str) -> Self:
        """Return those with this text in their id, name or an IP address."""
        matches = Q(resource_id__icontains=text) | Q(name__icontains=text)
        # Each address is cast to text first, which takes as long as all the rest.
        if PART_OF_ADDRESS.fullmatch(text):
            matches |= Q(private_ip__icontains=text) | Q(public_ip__icontains=text)
        return self.filter(matches)


class StateChangeQuerySet(AccountScopedQuerySet):
    account_path = "resource__account"
