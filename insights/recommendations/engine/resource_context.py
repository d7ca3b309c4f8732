"""What a rule of resources is applied to: facts of one resource, and thresholds."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Generic

from insights.recommendations.engine.advice import ListPrice
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.change_risk import ChangeRisk, manager_of
from insights.recommendations.engine.resource_facts import Record_co, ResourceFacts


@dataclass(frozen=True)
class ResourceContext(Generic[Record_co]):
    subject: ResourceFacts[Record_co]
    thresholds: Thresholds
    now: datetime

    @cached_property
    def change_risk(self) -> ChangeRisk:
        return ChangeRisk(manager_of(self.subject.record.tags))

    @property
    def price(self) -> ListPrice | None:
        return self.subject.price

    @property
    def monthly_cost(self) -> Decimal | None:
        return self.price.monthly if self.price else None

    def days_since(self, at: datetime) -> int:
        return (self.now - at).days
