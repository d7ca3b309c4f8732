"""Files written beside their target, which take its place when they are whole."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

ENDING = ".partial"


@contextmanager
def draft_beside(target: Path, prefix: str) -> Iterator[Path]:
    """Yield an empty file of the same folder, which is gone at the end unless it was
    renamed.

    Its name begins with the prefix. Others of that prefix which killed processes left
    are deleted: one that is at work holds the lock of its draft.
    """
    for other in target.parent.glob(f"{escape(prefix)}*{ENDING}"):
        _delete_if_left(other)
    draft, file = _new_draft(target, prefix)
    with file:
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _new_draft(target: Path, prefix: str) -> tuple[Path, BinaryIO]:
    while True:
        draft = target.with_name(f"{prefix}{uuid4()}{ENDING}")
        file = draft.open("xb")
        _is_locked(file, fcntl.LOCK_EX)
        # Another process may have come between, and taken it for one that was left.
        if draft.exists():
            return draft, file
        file.close()


def _delete_if_left(draft: Path) -> None:
    try:
        file = draft.open("r+b")  # NFS locks no file that is open for reading only
    except (FileNotFoundError, PermissionError):
        return  # its own process was faster, or is of another user
    with file:
        if _is_locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB):
            draft.unlink(missing_ok=True)


def _is_locked(file: BinaryIO, how: int) -> bool:
    """Whether this process has the lock now. Some file systems have none."""
    try:
        fcntl.flock(file, how)
    except OSError:
        return False
    return True
