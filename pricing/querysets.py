"""Queries over list prices."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from clouds.access import AnyUser
from inventory.models import Instance
from pricing.currencies import currencies_of, in_currency
from providers.records import ON_DEMAND, Market, ResourceMarket

if TYPE_CHECKING:
    from pricing.models import InstancePrice

# What an instance and its price have in common.
market_and_type = attrgetter(*Market._fields, "instance_type")


class InstancePriceQuerySet(models.QuerySet["InstancePrice"]):
    def of_instances(self, instances: Iterable[Instance]) -> dict[int, "InstancePrice"]:
        """Return the price of each on-demand instance that has one, by the instance's
        key. One query, and another where prices are in several currencies."""
        on_demand = [one for one in instances if one.lifecycle == ON_DEMAND]
        keys = {
            one.pk: (one.account.provider, *market_and_type(one)) for one in on_demand
        }
        rows = self.filter(
            instance_type__in={key[-1] for key in keys.values()},
            region__in={key[1] for key in keys.values()},
        )
        prices: dict[Any, dict[str, InstancePrice]] = defaultdict(dict)
        for row in rows:
            prices[row.provider, *market_and_type(row)][row.currency] = row
        accounts = {
            one.account_id: one.account
            for one in on_demand
            if len(prices.get(keys[one.pk], ())) > 1
        }
        currencies = currencies_of(accounts.values()) if accounts else {}
        return {
            one.pk: in_currency(
                prices[keys[one.pk]], currencies.get(one.account_id, "")
            )
            for one in on_demand
            if keys[one.pk] in prices
        }


class ResourcePriceQuerySet(models.QuerySet[Any]):
    def of_market(self, provider: str, market: ResourceMarket) -> Self:
        return self.filter(provider=provider, **market._asdict())

    def visible_to(self, user: AnyUser) -> Self:
        """Return all: a list price is of no account."""
        return self
