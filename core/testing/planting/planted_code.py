"""Give functions that are imported already the code of a file with a fault."""

import gc
from collections.abc import Iterator
from types import CodeType, FunctionType


def plant(path: str, before: bytes, after: bytes) -> None:
    """Plant what changed between two sources of a module in its functions.

    Raise ValueError where a function takes other variables of those around it then.
    """
    sources = (compile(source, path, "exec") for source in (before, after))
    planted = dict(changed(*sources))
    # Objects that are frozen are not listed.
    gc.unfreeze()
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == path:
            one.__code__ = planted.get(one.__code__, one.__code__)


def changed(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield each code that changed, with those of the functions and classes in it."""
    if before == after:
        return
    yield before, after
    inner, planted = (
        [one for one in code.co_consts if isinstance(one, CodeType)]
        for code in (before, after)
    )
    if len(inner) == len(planted):
        for pair in zip(inner, planted, strict=True):
            yield from changed(*pair)
