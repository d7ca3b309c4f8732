"""What is checked each minute. A room below adds its own by `register`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


class Degraded(Exception):
    """It works, but somebody should look; the text says at what."""


class Down(Exception):
    """It does not work; the text says what does not, and what to do."""


class NotMeasured(Exception):
    """Nothing can be said of it here and now: nothing is kept."""


@dataclass(frozen=True, slots=True)
class Component:
    """`check` returns what is good, as a sentence or "", or raises one of the above.

    Whatever else it raises is down. It asks nothing without a deadline. Its texts name
    no account, as everybody who sees the page of health reads them.
    """

    name: str
    label: str
    check: Callable[[datetime], str]
    is_quick: bool = False
    """Whether it asks only the database: /status asks it again."""


FRESHNESS = "freshness"
COMPONENTS: dict[str, Component] = {}


def register(component: Component) -> None:
    """Have it checked. A room calls it in the ready() of its app."""
    COMPONENTS[component.name] = component
