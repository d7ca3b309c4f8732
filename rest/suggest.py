"""What somebody meant who mistyped a name."""

from collections.abc import Iterable
from difflib import get_close_matches

# Below this two words only happen to share letters.
ALIKE = 0.7


def suggestion(name: str, known: Iterable[str]) -> str:
    """' Did you mean start?', or nothing where no known name is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=ALIKE)
    return f" Did you mean {near[0]}?" if near else ""
