"""The words of a question: lower case, without punctuation, numbers as digits."""

import re
from collections.abc import Sequence

WORD = re.compile(r"[^\W_][\w\-./=:&@]*")
COUNTED = "one two three four five six seven eight nine ten eleven twelve"
NUMBERS = {word: str(number) for number, word in enumerate(COUNTED.split(), 1)}


def words_of(text: str) -> list[str]:
    """Return the words in order; ids, dates, regions and key=value stay whole."""
    text = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = re.sub(r"'s\b|s'(?=\s|$)", lambda m: "" if m[0] == "'s" else "s", text)
    found = (one.rstrip("-./=:&@") for one in WORD.findall(text))
    return [NUMBERS.get(word, word) for word in found]


def phrases_at(words: Sequence[str], at: int, longest: int) -> list[tuple[str, ...]]:
    """Return what begins at this word, the longest first."""
    most = min(longest, len(words) - at)
    return [tuple(words[at : at + length]) for length in range(most, 0, -1)]
