"""How often Python looks for objects that only refer to each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A sync makes millions of objects, of which hardly any refers to itself. To look at all
# of them again, each time that there are some more, took two fifths of its time.
ALL_AFTER_YOUNGER_ONES = 1000


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look rarely at objects that have lived long, while the block makes others."""
    young, older, all_of_them = gc.get_threshold()
    gc.set_threshold(young, older, ALL_AFTER_YOUNGER_ONES)
    try:
        yield
    finally:
        gc.set_threshold(young, older, all_of_them)
