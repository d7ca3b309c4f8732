"""Suggestions for mistyped names."""

from collections.abc import Iterable
from difflib import get_close_matches

# Below this similarity, two words only share letters by chance.
ALIKE = 0.7


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ' Did you mean start?', or an empty text."""
    near = get_close_matches(name, list(known), n=1, cutoff=ALIKE)
    return f" Did you mean {near[0]}?" if near else ""
