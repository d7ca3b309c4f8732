"""What management commands share."""

from django.core.management.base import CommandError
from django.template.defaultfilters import pluralize

# Of the system checks those of settings, for a command that has no part in pages: to
# load them takes a second, and memory as long as it lasts.
CHECKS_OF_SETTINGS = ("settings",)
# Exit statuses beside 0; README lists them.
FAILED, BAD_ARGUMENTS, TAKEN = 1, 2, 3


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{pluralize(number)}"


def bad_arguments(reason: object) -> CommandError:
    return CommandError(str(reason), returncode=BAD_ARGUMENTS)
