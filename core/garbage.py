"""How often Python looks for objects that only refer to each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A sync makes millions of objects, of which hardly any refers to itself. To look at all
# of them again, each time that there are some more, took two fifths of its time.
ALL_AFTER_YOUNGER_ONES = 1000
# Loading the code makes some 300,000 objects, and of a thousand not three are garbage.
WHILE_LOADING = 100_000
ordinary = gc.get_threshold()


def begin_loading() -> None:
    """Look rarely until `end_loading`, which is an eighth of the time of a start."""
    gc.set_threshold(WHILE_LOADING, *ordinary[1:])


def end_loading() -> None:
    """Look as often as ever from now on, but never again at what was loaded.

    So it is not looked for at the end of the process either, which took as long.
    """
    gc.set_threshold(*ordinary)
    gc.freeze()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look rarely at objects that have lived long, while the block makes others."""
    young, older, all_of_them = gc.get_threshold()
    gc.set_threshold(young, older, ALL_AFTER_YOUNGER_ONES)
    try:
        yield
    finally:
        gc.set_threshold(young, older, all_of_them)
