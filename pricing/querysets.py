"""Queries over list prices."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from inventory.models import Instance
from pricing.families import operating_system

if TYPE_CHECKING:
    from pricing.models import InstancePrice

# What an instance has unless it was launched on dedicated hardware.
TENANCY = "Shared"


class InstancePriceQuerySet(models.QuerySet["InstancePrice"]):
    def of_instances(self, instances: Iterable[Instance]) -> dict[int, "InstancePrice"]:
        """Return the price of each on-demand instance that has one, by the instance's
        key. One query."""
        keys = {
            one.pk: (
                *(one.account.provider, one.region),
                *(operating_system(one.platform), one.instance_type),
            )
            for one in instances
            if one.lifecycle == "on-demand"
        }
        rows = self.filter(
            tenancy=TENANCY,
            instance_type__in={key[3] for key in keys.values()},
            region__in={key[1] for key in keys.values()},
        )
        prices = {
            (row.provider, row.region, row.operating_system, row.instance_type): row
            for row in rows
        }
        return {pk: prices[key] for pk, key in keys.items() if key in prices}
