"""Queries over list prices."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Self

from django.db import models

from clouds.access import AnyUser
from inventory.models import Instance
from providers.records import ON_DEMAND, Market, ResourceMarket

if TYPE_CHECKING:
    from pricing.models import InstancePrice, ResourcePrice

# What an instance and its price have in common.
market_and_type = attrgetter(*Market._fields, "instance_type")


class InstancePriceQuerySet(models.QuerySet["InstancePrice"]):
    def of_instances(self, instances: Iterable[Instance]) -> dict[int, "InstancePrice"]:
        """Return the price of each on-demand instance that has one, by the instance's
        key. One query."""
        keys = {
            one.pk: (one.account.provider, *market_and_type(one))
            for one in instances
            if one.lifecycle == ON_DEMAND
        }
        rows = self.filter(
            instance_type__in={key[-1] for key in keys.values()},
            region__in={key[1] for key in keys.values()},
        )
        prices = {(row.provider, *market_and_type(row)): row for row in rows}
        return {pk: prices[key] for pk, key in keys.items() if key in prices}


class ResourcePriceQuerySet(models.QuerySet["ResourcePrice"]):
    def of_market(self, provider: str, market: ResourceMarket) -> Self:
        return self.filter(provider=provider, **market._asdict())

    def visible_to(self, user: AnyUser) -> Self:
        """Return all: a list price is of no account."""
        return self
