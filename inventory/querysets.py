"""Queries over resources."""

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import Count, Q, QuerySet

from clouds.access import AccountScopedQuerySet
from core.windows import midnight
from inventory.tags import HasTag, HasTagKey
from inventory.text_search import HasText

RUNNING = "running"
# Of a machine whose state its cloud has not given yet.
UNKNOWN = "unknown"
PART_OF_ADDRESS = re.compile(r"[0-9A-Fa-f.:]+")


class ResourceQuerySet(AccountScopedQuerySet):
    # What a search looks into, and the IP addresses among it.
    texts: tuple[str, ...] = ("resource_id", "name")
    addresses: tuple[str, ...] = ()

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

    def lacking_tag(self, key: str) -> Self:
        """Return those without a tag of this key."""
        return self.exclude(HasTagKey("tags", key))

    def search(self, text: str, *also: str) -> Self:
        """Return those with this text in their id, name or an IP address, or `also` in
        these columns."""
        matches = [Q(HasText(name, text)) for name in (*self.texts, *also)]
        # Each address is cast to text first, which takes as long as all the rest.
        if PART_OF_ADDRESS.fullmatch(text):
            matches += [Q(**{f"{name}__icontains": text}) for name in self.addresses]
            if "." in text and not self.model._meta.parents:
                matches.append(Q(pk__in=_with_address(text)))
        return self.filter(reduce(or_, matches))

    def count_per_kind(self) -> dict[str, int]:
        """Return how many are of each kind, the most frequent first."""
        rows = self.order_by().values("kind").annotate(count=Count("*"))
        return dict(rows.order_by("-count", "kind").values_list("kind", "count"))

    def count_per_kind_and_state(self) -> dict[tuple[str, str], int]:
        rows = self.order_by().values_list("kind", "state")
        found = rows.annotate(count=Count("*"))
        return {(kind, state): count for kind, state, count in found}

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
        named = self.exclude(**{column: ""}).order_by(column)
        return list(named.values_list(column, flat=True).distinct())


def _with_address(text: str) -> QuerySet[Any, Any]:
    """The keys of what has this part of an IP address, of any kind."""
    from inventory.models import Address, Instance

    machines = Instance.objects.filter(
        Q(private_ip__icontains=text) | Q(public_ip__icontains=text)
    )
    addresses = Address.objects.filter(ip__icontains=text)
    keys = [rows.order_by().values("pk") for rows in (machines, addresses)]
    return keys[0].union(keys[1], all=True)


class InstanceQuerySet(ResourceQuerySet):
    addresses = ("private_ip", "public_ip")


class AttachableQuerySet(ResourceQuerySet):
    texts = (*ResourceQuerySet.texts, "attached_to")

    def naming(self, account_id: int, resource_id: str) -> Self:
        """Return those present that may be attached to the account's resource."""
        return self.present().filter(
            account=account_id, attached_to__contains=resource_id
        )


class AddressQuerySet(AttachableQuerySet):
    addresses = ("ip",)


class SnapshotQuerySet(ResourceQuerySet):
    texts = (*ResourceQuerySet.texts, "source_id", "description")

    def naming(self, account_id: int, resource_id: str) -> Self:
        """Return those present that are copies of the account's disk."""
        return self.present().filter(account=account_id, source_id=resource_id)


class NatGatewayQuerySet(ResourceQuerySet):
    texts = (*ResourceQuerySet.texts, "public_ips")


class StateChangeQuerySet(AccountScopedQuerySet):
    account_path = "resource__account"
