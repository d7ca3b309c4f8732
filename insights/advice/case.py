"""What a rule is applied to: the facts of one instance, prices and thresholds."""

from dataclasses import dataclass
from functools import cached_property

from insights.advice.care import ChangeRisk, change_risk_of
from insights.advice.days import running_share
from insights.advice.prices import HourlyPrice, Prices
from insights.advice.records import MachineFacts
from insights.advice.thresholds import Thresholds
from providers.windows import Window


@dataclass(frozen=True)
class RuleContext:
    """`window` holds the complete days that are considered."""

    machine: MachineFacts
    prices: Prices
    thresholds: Thresholds
    window: Window

    @cached_property
    def change_risk(self) -> ChangeRisk:
        return change_risk_of(self.machine)

    @cached_property
    def price(self) -> HourlyPrice | None:
        return self.prices.hourly(self.machine)

    @cached_property
    def running_share(self) -> float:
        return running_share(self.machine, self.window)
