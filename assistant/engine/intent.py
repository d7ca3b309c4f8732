"""One kind of question: its words, and the slots that they fill.

Slots are called as the parameters of the page and endpoint that answer, so that an
understood question is an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.engine.lexicon import CODES, Slots
from assistant.engine.names import NameKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One kind of question.

    A question is of it if it has one of its `triggers` and nothing that it does not
    know. `names` are the kinds of names that it takes, each with the slot they fill.
    """

    name: str
    description: str
    example: str
    triggers: Mapping[str, Slots]
    words: Mapping[str, Slots] = field(default_factory=dict)
    names: Mapping[NameKind, str] = field(default_factory=dict)
    groups: bool = False
    """Whether it is cut by service, region, account or a tag."""
    days: str = ""
    """past, ahead, or empty where it has no days."""
    default_period: str = ""
    """Where a question names no days."""
    compares: bool = False
    """Whether a second period is what it is compared with."""
    has_limit: bool = False
    defaults: Slots = field(default_factory=dict)
    one_of_each: bool = False
    """Whether a slot of names takes one value only."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further slots, beside those of names and days, and their values."""

    def phrases(self) -> Mapping[str, Slots]:
        return {**self.triggers, **self.words}

    @property
    def slots(self) -> list[str]:
        """The names of all slots."""
        found = [*dict.fromkeys(self.names.values()), *self.choices]
        if self.days == "past":
            found += ["period", "start", "end"]
        if self.days == "ahead":
            found += ["start", "end"]
        if self.compares:
            found += ["previous_start", "previous_end"]
        found += ["group_by"] * self.groups + ["limit"] * self.has_limit
        found += [f"exclude_{slot}" for slot in EXCLUDABLE if self.excludes(slot)]
        return found + ["exclude"] * (self.names is BILL_NAMES)

    def excludes(self, slot: str) -> bool:
        """Whether names of this slot can be left out, as of costs."""
        return self.names is BILL_NAMES and slot in EXCLUDABLE


EXCLUDABLE = ("service", "region", "sub_account")
LARGEST_LIMIT = 50
BILL_NAMES = {
    NameKind.SERVICE: "service",
    NameKind.ACCOUNT: "sub_account",
    NameKind.REGION: "region",
    NameKind.PROVIDER: "provider",
    NameKind.CATEGORY: "charge_category",
    NameKind.RESOURCE_GROUP: "resource_group",
    NameKind.TAG: "tag",
}
RESOURCE_NAMES = {
    NameKind.ACCOUNT: "account",
    NameKind.REGION: "region",
    NameKind.PROVIDER: "provider",
    NameKind.RESOURCE_GROUP: "resource_group",
    NameKind.TAG: "tag",
}
BILL_CHOICES = {"metric": ("billed", "effective"), "currency": CODES}
COST_CHOICES = {**BILL_CHOICES, "compare": ("previous", "year_ago")}
SEVERITIES = ("critical", "high", "medium", "low")
