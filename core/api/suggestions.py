"""Suggestions for mistyped names."""

from collections.abc import Iterable
from difflib import get_close_matches

# Below this similarity, two words only share letters by chance.
ALIKE = 0.7


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ' Did you mean start?', or an empty text."""
    near = get_close_matches(name, list(known), n=1, cutoff=ALIKE)
    return f" Did you mean {near[0]}?" if near else ""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the most similar names, then those that contain it, whatever the case."""
    names = {one.lower(): one for one in known}
    wanted = name.lower()
    alike = get_close_matches(wanted, names, n=limit, cutoff=ALIKE)
    longer = [one for one in sorted(names) if wanted and wanted in one]
    return [names[one] for one in dict.fromkeys([*alike, *longer])][:limit]
