"""One machine before the rules: its facts, and by what they are judged."""

from dataclasses import dataclass
from functools import cached_property

from insights.advice.care import Care, care_of
from insights.advice.days import running_share
from insights.advice.prices import HourlyPrice, Prices
from insights.advice.records import MachineFacts
from insights.advice.thresholds import Thresholds
from providers.windows import Window


@dataclass(frozen=True)
class Case:
    """`window` are the complete days that are looked at."""

    machine: MachineFacts
    prices: Prices
    thresholds: Thresholds
    window: Window

    @cached_property
    def care(self) -> Care:
        return care_of(self.machine)

    @cached_property
    def price(self) -> HourlyPrice | None:
        return self.prices.hourly(self.machine)

    @cached_property
    def running_share(self) -> float:
        return running_share(self.machine, self.window)
