"""What commands that control the demo share."""

from collections.abc import Callable

from django.core.management.base import CommandError

from core.commands import FAILED, TAKEN
from dashboard.demo.control import Busy, company, play


def play_here(tell: Callable[[str], object]) -> None:
    """Do the steps that wait in this process. Raises CommandError."""
    try:
        play(tell)
    except Busy as error:
        raise CommandError(str(error), returncode=TAKEN) from None
    if failed := company().error:
        raise CommandError(failed, returncode=FAILED)
